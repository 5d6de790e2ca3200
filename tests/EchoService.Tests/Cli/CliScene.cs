using System.Globalization;
using System.Text.RegularExpressions;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Cli;

/// <summary>What every command of echoctl can be tried on: an origin, a service with a job that has ended, and a folder.</summary>
public sealed partial class CliScene : IAsyncLifetime
{
    private ServiceProcess _service = null!;
    private Origin _origin = null!;
    private Dictionary<string, string> _places = null!;

    public Echoctl Echoctl { get; } = new();

    public async ValueTask InitializeAsync()
    {
        _origin = await Origin.StartAsync(TestContext.Current.CancellationToken);
        _origin.On("/a.txt", OriginAnswer.Text("the text\n", "text/plain"));
        _service = await ServiceProcess.StartAsync(DownloadsClient.Loopback);
        var downloads = new DownloadsClient(_service.Client);
        var job = await downloads.SubmitAsync(["/a.txt", "/none"], _origin);
        await downloads.EndAsync(job);
        _places = new(StringComparer.Ordinal)
        {
            ["ORIGIN"] = _origin.Address.ToString().TrimEnd('/'),
            ["SERVICE"] = _service.Client.BaseAddress!.ToString().TrimEnd('/'),
            ["WS"] = $"ws://127.0.0.1:{_service.Client.BaseAddress!.Port.ToString(CultureInfo.InvariantCulture)}",
            ["JOB"] = job,
            ["ECHO"] = await EndPointAsync("echo"),
            ["REPEAT"] = await EndPointAsync("repeat"),
        };
    }

    /// <summary>A shell's line with ORIGIN, SERVICE, WS, JOB, ECHO and REPEAT in it, and echoctl as users call it.</summary>
    public string Command(string text)
    {
        foreach (var (name, value) in _places)
        {
            text = text.Replace(name, value, StringComparison.Ordinal);
        }

        return EchoctlWord().Replace(text, $"dotnet {Echoctl.Program}");
    }

    /// <summary>What was printed, without what differs from run to run.</summary>
    public string Stable(string printed)
    {
        foreach (var (name, value) in _places)
        {
            printed = printed.Replace(value, name, StringComparison.Ordinal);
        }

        printed = printed.Replace(Echoctl.Folder, "FOLDER", StringComparison.Ordinal);
        printed = Key().Replace(printed, "ek_KEY");
        printed = Digest().Replace(printed, "SHA256");
        printed = Time().Replace(printed, "TIME");
        printed = Measures().Replace(printed, "#.#");
        printed = Decimals().Replace(printed, "#.#");
        printed = Messages().Replace(printed, "messages  # (#/s)");
        printed = Ports().Replace(printed, "#");
        return printed.ReplaceLineEndings("\n");
    }

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        await _origin.DisposeAsync();
        Echoctl.Dispose();
    }

    private async Task<string> EndPointAsync(string channel) =>
        "127.0.0.1:" + (await _service.PortAsync(channel)).ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\bechoctl\b", RegexOptions.ExplicitCapture, 30_000)]
    private static partial Regex EchoctlWord();

    [GeneratedRegex("ek_[A-Za-z0-9_-]{43}", RegexOptions.ExplicitCapture, 30_000)]
    private static partial Regex Key();

    [GeneratedRegex(@"\b[0-9a-f]{64}\b", RegexOptions.ExplicitCapture, 30_000)]
    private static partial Regex Digest();

    [GeneratedRegex(@"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+\+00:00)?|\w{3}, \d\d \w{3} \d{4} [\d:]+ GMT", RegexOptions.ExplicitCapture, 30_000)]
    private static partial Regex Time();

    [GeneratedRegex(@"\d+\.\d+(?![.\d])(?<!\d+\.\d+\.\d+\.\d+)", RegexOptions.ExplicitCapture, 30_000)]
    private static partial Regex Decimals();

    // Whole numbers come without a fraction.
    [GeneratedRegex("(?<=\"(took|bytesPerSecond)\":)[0-9.]+", RegexOptions.ExplicitCapture, 30_000)]
    private static partial Regex Measures();

    [GeneratedRegex(@"messages  \d+ \(\d+/s\)", RegexOptions.ExplicitCapture, 30_000)]
    private static partial Regex Messages();

    [GeneratedRegex(@"(?<=', )\d+", RegexOptions.ExplicitCapture, 30_000)]
    private static partial Regex Ports();
}
