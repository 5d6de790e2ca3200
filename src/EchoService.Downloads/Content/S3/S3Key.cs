using System.Globalization;
using EchoService.Downloads.Store;

namespace EchoService.Downloads.Content.S3;

/// <summary>An object's key, <c>&lt;job&gt;/&lt;line&gt;-&lt;token&gt;</c>: whose it is and which attempt wrote it.</summary>
internal static class S3Key
{
    public static string Of(string jobId, int number, long token) => string.Create(CultureInfo.InvariantCulture, $"{jobId}/{number}-{token}");

    /// <summary>Null: the key is none of ours.</summary>
    public static Attempt? Parse(string key) =>
        key.Split('/') is [{ Length: > 0 } job, var rest]
            && rest.Split('-') is [var line, var attempt]
            && int.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && long.TryParse(attempt, NumberStyles.None, CultureInfo.InvariantCulture, out var token)
            ? new Attempt(job, number, token)
            : null;
}
