using EchoService.Downloads.Fetching;
using EchoService.Downloads.Jobs;

namespace EchoService.Downloads.Intake;

internal static class ItemOptionsRules
{
    private const int MaxNameLength = 1024;

    /// <summary>What is wrong with a line's own fields; null: nothing.</summary>
    public static string? Problem(ItemOptions options)
    {
        if (options.FileName is { } name && name.Length is 0 or > MaxNameLength)
        {
            return $"'fileName' must have 1 to {MaxNameLength} characters.";
        }

        if (options.Sha256 is { } digest && !(digest.Length == 64 && digest.All(char.IsAsciiHexDigit)))
        {
            return "'sha256' must be 64 hexadecimal digits.";
        }

        if (options.Size < 0)
        {
            return "'size' must not be negative.";
        }

        if (options.MetadataUrl is { } companion && !FetchUrl.TryParse(companion, out _, out var reason))
        {
            return $"'metadataUrl': {reason}";
        }

        return options.Headers is { } headers ? HeaderRules.Problem(headers) : null;
    }
}
