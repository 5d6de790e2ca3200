using System.Globalization;
using System.Text.RegularExpressions;

namespace EchoService.Benchmarks;

/// <summary>wrk on one path. A run in which any request was not answered with success is no run.</summary>
internal sealed partial class WrkContender(string name, BusyService busy, string path) : IContender
{
    public const int Connections = 32;
    public const int Seconds = 30;

    private string _wrk = "";

    public string Name => name;

    public int MostRounds => 1;

    public Task StartAsync()
    {
        _wrk = Tool.Find("wrk", "wrk");
        return Task.CompletedTask;
    }

    public async Task<Sample> RunAsync()
    {
        var url = $"http://127.0.0.1:{busy.Service.Port("http").ToString(CultureInfo.InvariantCulture)}{path}";
        var before = busy.Service.Processor;
        var run = await ToolRun.RunAsync(_wrk, ["-t1", $"-c{Connections}", $"-d{Seconds}s", "--latency", url], Path.GetTempPath());
        var processor = busy.Service.Processor - before;
        if (run.Output.Contains("Non-2xx", StringComparison.Ordinal) || run.Output.Contains("Socket errors", StringComparison.Ordinal))
        {
            throw new InvalidOperationException($"Not every request of {name} was answered:\n{run.Output}");
        }

        var rate = double.Parse(Rate().Match(run.Output).Groups["rate"].Value, CultureInfo.InvariantCulture);
        return new Sample(
            ("requests/s", rate),
            ("p50 ms", Milliseconds(run.Output, 50)),
            ("p99 ms", Milliseconds(run.Output, 99)),
            ("CPU us/request, the job's too", processor.TotalMicroseconds / (rate * Seconds)),
            ("peak MiB", busy.Service.Peak / (double)(1 << 20)));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static double Milliseconds(string output, int percentile)
    {
        var match = Regex.Match(output, $@"^\s+{percentile}%\s+(?<time>[\d.]+)(?<unit>us|ms|s)\s*$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
        var time = double.Parse(match.Groups["time"].Value, CultureInfo.InvariantCulture);
        return match.Groups["unit"].Value switch
        {
            "us" => time / 1000,
            "ms" => time,
            _ => time * 1000,
        };
    }

    [GeneratedRegex(@"Requests/sec:\s+(?<rate>[\d.]+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Rate();
}
