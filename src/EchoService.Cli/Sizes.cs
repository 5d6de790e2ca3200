using System.Globalization;

namespace EchoService.Cli;

/// <summary>Bytes as people write and read them: powers of 1000, as network rates are.</summary>
internal static class Sizes
{
    private static readonly string[] s_units = ["B", "KB", "MB", "GB", "TB", "PB"];

    /// <summary>As <c>1.2 MB</c>.</summary>
    public static string Text(double bytes)
    {
        var unit = 0;
        while (bytes >= 999.5 && unit < s_units.Length - 1)
        {
            bytes /= 1000;
            unit++;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{(unit == 0 || bytes >= 99.95 ? Math.Round(bytes) : Math.Round(bytes, 1))} {s_units[unit]}");
    }

    /// <summary>A number with K, M or G after it: <c>500K</c>, <c>1.5M</c>.</summary>
    public static bool TryParse(string text, out long bytes)
    {
        bytes = 0;
        text = text.Trim().ToUpperInvariant();
        text = text.EndsWith('B') ? text[..^1] : text;
        var factor = text.LastOrDefault() switch { 'K' => 1_000L, 'M' => 1_000_000L, 'G' => 1_000_000_000L, 'T' => 1_000_000_000_000L, _ => 1L };
        if (!double.TryParse(factor == 1 ? text : text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) || number * factor is < 1 or > long.MaxValue)
        {
            return false;
        }

        bytes = (long)(number * factor);
        return true;
    }
}
