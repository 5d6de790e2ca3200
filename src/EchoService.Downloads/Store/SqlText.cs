using System.Collections.Frozen;
using System.Reflection;

namespace EchoService.Downloads.Store;

/// <summary>The SQL of one engine, from its embedded folder. A file holds statements, each after a line <c>-- name: it</c>.</summary>
internal static class SqlText
{
    private const string Marker = "-- name: ";

    public static FrozenDictionary<string, string> Statements(string engine) =>
        Resources(engine)
            .Where(name => !char.IsAsciiDigit(Path.GetFileName(name)[0]))
            .SelectMany(name => Read(name).Split(Marker).Skip(1))
            .Select(text => text.Split('\n', 2))
            .ToFrozenDictionary(parts => parts[0].Trim(), parts => parts[1].Trim(), StringComparer.Ordinal);

    /// <summary>The migrations in order; the n-th takes the schema from version n-1 to n.</summary>
    public static IReadOnlyList<string> Migrations(string engine) =>
        [.. Resources(engine).Where(name => char.IsAsciiDigit(Path.GetFileName(name)[0])).Order(StringComparer.Ordinal).Select(Read)];

    private static IEnumerable<string> Resources(string engine) =>
        Assembly.GetExecutingAssembly().GetManifestResourceNames()
            .Where(name => name.StartsWith($"Store/{engine}/", StringComparison.Ordinal));

    private static string Read(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
