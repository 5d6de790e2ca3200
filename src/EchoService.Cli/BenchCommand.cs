using System.CommandLine;
using System.Globalization;
using System.Text.Json;

namespace EchoService.Cli;

/// <param name="Size">Bytes of a message, its line end included.</param>
/// <param name="Depth">Messages under way at once on a connection.</param>
internal sealed record BenchOptions(int Connections, int Size, int Depth, TimeSpan Duration, string Prefix);

/// <summary><c>bench HOST:PORT</c>: an echo load whose every reply is checked.</summary>
internal static class BenchCommand
{
    /// <summary>Bytes of one connection.</summary>
    private const long MostUnderWay = 100_000_000;

    public static Command Create()
    {
        var target = new Argument<string>("host:port") { Description = "Where the echo service listens." };
        var connections = Number("--connections", 10, "Connections at once.", 100_000);
        var size = Number("--size", 64, "Bytes of a message, its line end included.", 16_000_000, least: 2);
        var depth = Number("--depth", 1, "Messages under way at once on a connection.", 100_000);
        var seconds = new Option<double>("--seconds") { Description = "How long to send.", DefaultValueFactory = _ => 5, HelpName = "SECONDS" };
        var prefix = new Option<string>("--prefix") { Description = "What each reply has before the message.", DefaultValueFactory = _ => "", HelpName = "TEXT" };
        var json = new Option<bool>("--json") { Description = "One JSON document." };
        Check.Within(seconds, 0.01, Check.MostSeconds);
        var command = new ExampleCommand("bench", "Sends echo load and measures it; every reply is checked.",
            "echoctl bench localhost:7", "echoctl bench localhost:8888 --prefix 'Echoed back: '", "echoctl bench localhost:7 --connections 100 --size 1024 --depth 16 --seconds 10")
        { target, connections, size, depth, seconds, prefix, json };
        command.SetAction(async (parsed, token) =>
        {
            var options = new BenchOptions(
                parsed.GetValue(connections), parsed.GetValue(size), parsed.GetValue(depth), TimeSpan.FromSeconds(parsed.GetValue(seconds)), parsed.GetValue(prefix)!);
            if ((long)options.Size * options.Depth > MostUnderWay)
            {
                throw CommandException.Usage($"--size times --depth may be {Sizes.Text(MostUnderWay)} at most: that is what each connection keeps under way.");
            }

            var host = HostPort.Parse(parsed.GetValue(target)!);
            var result = await RunAsync(host, options, token);
            using var output = new Output();
            if (parsed.GetValue(json))
            {
                WriteJson(output, result);
            }
            else
            {
                Write(output.Text, host, options, result);
            }

            return result.Errors == 0 && result.Latency.Count > 0 ? ExitCode.Done : ExitCode.SomeFailed;
        });
        return command;
    }

    private static async Task<BenchResult> RunAsync(HostPort host, BenchOptions options, CancellationToken token)
    {
        await using var spinner = new Spinner(Invariant($"Sending to {host} for {options.Duration.TotalSeconds:0.##} seconds"), TimeProvider.System);
        return await new BenchLoad(host, options, TimeProvider.System).RunAsync(token);
    }

    private static Option<int> Number(string name, int usual, string description, int most, int least = 1)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => usual, HelpName = "N" };
        Check.Within(option, least, most);
        return option;
    }

    private static void Write(TextWriter text, HostPort host, BenchOptions options, BenchResult result)
    {
        var latency = result.Latency;
        foreach (var line in (string[])
        [
            Invariant($"{host}: {options.Connections} connections, {options.Size} bytes, depth {options.Depth}, {result.Seconds:0.0} seconds"),
            Invariant($"messages  {latency.Count} ({result.PerSecond:0}/s)"),
            Invariant($"data      {result.PerSecond * options.Size / 1e6:0.00} MB/s sent"),
            Invariant($"latency   p50 {Milliseconds(latency, 0.5):0.000} ms, p99 {Milliseconds(latency, 0.99):0.000} ms, p99.9 {Milliseconds(latency, 0.999):0.000} ms, max {latency.Max / 1e3:0.000} ms"),
            Invariant($"errors    {result.Errors}{(result.FirstError is { } first ? $" (the first: {first})" : "")}"),
        ])
        {
            text.WriteLine(line);
        }
    }

    private static void WriteJson(Output output, BenchResult result)
    {
        using var writer = new Utf8JsonWriter(output.Bytes, JsonText.Options);
        writer.WriteStartObject();
        writer.WriteNumber("messages", result.Latency.Count);
        writer.WriteNumber("messagesPerSecond", Math.Round(result.PerSecond, 1));
        writer.WriteNumber("bytesPerSecond", Math.Round(result.PerSecond * result.MessageBytes, 1));
        writer.WriteNumber("seconds", Math.Round(result.Seconds, 3));
        writer.WriteNumber("p50Ms", Milliseconds(result.Latency, 0.5));
        writer.WriteNumber("p99Ms", Milliseconds(result.Latency, 0.99));
        writer.WriteNumber("p999Ms", Milliseconds(result.Latency, 0.999));
        writer.WriteNumber("maxMs", result.Latency.Max / 1e3);
        writer.WriteNumber("errors", result.Errors);
        writer.WriteString("firstError", result.FirstError);
        writer.WriteEndObject();
        writer.Flush();
        output.Bytes.Write("\n"u8);
    }

    private static double Milliseconds(LatencyHistogram latency, double share) => latency.Percentile(share) / 1e3;

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
