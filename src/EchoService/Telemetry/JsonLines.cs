using System.Globalization;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Formatting.Display;
using Serilog.Formatting.Json;

namespace EchoService.Telemetry;

/// <summary>One JSON object a line: <c>time</c> (UTC), <c>level</c>, <c>message</c> (as on a terminal), <c>exception</c>, and the message's properties.</summary>
internal sealed class JsonLines : ITextFormatter
{
    private static readonly MessageTemplateTextFormatter Message = new("{Message:lj}", CultureInfo.InvariantCulture);
    private static readonly JsonValueFormatter Values = new(typeTagName: null);

    public void Format(LogEvent logEvent, TextWriter output)
    {
        using var message = new StringWriter(CultureInfo.InvariantCulture);
        Message.Format(logEvent, message);

        output.Write($"{{\"time\":\"{logEvent.Timestamp.UtcDateTime:O}\",\"level\":\"{logEvent.Level}\",\"message\":");
        JsonValueFormatter.WriteQuotedJsonString(message.ToString(), output);
        WriteText(output, "exception", logEvent.Exception?.ToString());
        WriteText(output, "traceId", logEvent.TraceId?.ToHexString());
        foreach (var (name, value) in logEvent.Properties)
        {
            output.Write(',');
            JsonValueFormatter.WriteQuotedJsonString(name, output);
            output.Write(':');
            Values.Format(value, output);
        }

        output.Write("}\n");
    }

    private static void WriteText(TextWriter output, string name, string? text)
    {
        if (text is not null)
        {
            output.Write($",\"{name}\":");
            JsonValueFormatter.WriteQuotedJsonString(text, output);
        }
    }
}
