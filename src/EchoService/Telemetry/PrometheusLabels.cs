using System.Globalization;
using System.Text;

namespace EchoService.Telemetry;

/// <summary>A series' labels as they are written, without the braces: <c>channel="echo",reason="idle"</c>; in the order of their names.</summary>
internal readonly record struct PrometheusLabels(string Text)
{
    public static PrometheusLabels Of(IEnumerable<KeyValuePair<string, object?>> tags)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in tags.OrderBy(tag => tag.Key, StringComparer.Ordinal))
        {
            text.Append(text.Length == 0 ? "" : ",").Append(PrometheusName.Clean(name)).Append("=\"");
            Escape(text, Render(value));
            text.Append('"');
        }

        return new PrometheusLabels(text.ToString());
    }

    private static string Render(object? value) => value switch
    {
        bool flag => flag ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    private static void Escape(StringBuilder text, string value)
    {
        foreach (var c in value)
        {
            _ = c switch
            {
                '\\' => text.Append(@"\\"),
                '"' => text.Append("\\\""),
                '\n' => text.Append(@"\n"),
                _ => text.Append(c),
            };
        }
    }
}
