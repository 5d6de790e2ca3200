using EchoService.Downloads.Fetching;

namespace EchoService.Downloads.Intake;

/// <summary>How many request headers a job or an item may set; <see cref="FetchHeaders"/> says which.</summary>
internal static class HeaderRules
{
    private const int MaxHeaders = 50;
    private const int MaxHeaderBytes = 8192;

    /// <summary>What is wrong with them; null: nothing.</summary>
    public static string? Problem(IReadOnlyDictionary<string, string> headers)
    {
        if (headers.Count > MaxHeaders || headers.Sum(header => header.Key.Length + header.Value.Length) > MaxHeaderBytes)
        {
            return $"At most {MaxHeaders} headers of {MaxHeaderBytes >> 10} KiB together.";
        }

        return headers
            .Select(header => FetchHeaders.ReasonAgainst(header.Key, header.Value) is { } reason ? $"'{header.Key}': {reason}" : null)
            .FirstOrDefault(problem => problem is not null);
    }
}
