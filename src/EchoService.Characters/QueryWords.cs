namespace EchoService.Characters;

/// <summary>The words of a query or name: upper case, with hyphens and white space between them.</summary>
internal static class QueryWords
{
    public static string[] Split(string text) =>
        [.. text.ToUpperInvariant().Replace('-', ' ').Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal)];
}
