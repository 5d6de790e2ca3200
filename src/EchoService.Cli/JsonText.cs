using System.Text.Encodings.Web;
using System.Text.Json;

namespace EchoService.Cli;

/// <summary>How JSON is written to standard output: on one line, letters as they are.</summary>
internal static class JsonText
{
    public static JsonWriterOptions Options { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
