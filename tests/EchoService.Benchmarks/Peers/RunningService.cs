using System.Diagnostics;
using System.Globalization;

namespace EchoService.Benchmarks;

/// <summary>The service as a process of its own, with a data folder that goes with it.</summary>
internal sealed class RunningService : IAsyncDisposable
{
    public static readonly string[] FreePorts =
        [.. ((string[])["echo", "characters", "repeat", "discard"]).Select(channel => $"--Tcp:Channels:{channel}:Port=0")];

    private readonly Process _process;
    private readonly string _folder;
    private readonly Dictionary<string, int> _ports = new(StringComparer.Ordinal);

    private RunningService(Process process, string folder)
    {
        _process = process;
        _folder = folder;
    }

    public HttpClient Http { get; private set; } = new();

    /// <summary>The service's resident memory now, in bytes.</summary>
    public long Resident => ProcessUsage.Resident(_process.Id);

    /// <summary>The largest that it was, in bytes.</summary>
    public long Peak => ProcessUsage.Peak(_process.Id);

    /// <summary>Processor time so far, user and system.</summary>
    public TimeSpan Processor => ProcessUsage.Processor(_process.Id);

    /// <summary>Of the data folder.</summary>
    public string Folder => _folder;

    public static async Task<RunningService> StartAsync(params string[] settings)
    {
        var folder = Directory.CreateTempSubdirectory("echoservice-bench-").FullName;
        var program = Path.Combine(AppContext.BaseDirectory, "EchoService.dll");

        // The rate of requests is for strangers: here one address is to ask for all that it can.
        var start = new ProcessStartInfo(
            "dotnet", [program, "--Http:Port=0", "--Http:Limits:RequestsPerSecond=0", .. FreePorts, $"--Downloads:DataDirectory={folder}", .. settings])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            WorkingDirectory = folder,
        };
        var service = new RunningService(Process.Start(start)!, folder);
        while (!service._ports.ContainsKey("http"))
        {
            var line = await service._process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The service did not start.");
            service.Note(line);
        }

        _ = service._process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
        service.Http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{service.Port("http")}"), Timeout = TimeSpan.FromMinutes(10) };
        return service;
    }

    /// <summary>The port of a channel, or of <c>http</c>.</summary>
    public int Port(string name) => _ports[name];

    /// <summary>A figure of <c>/metrics</c>, by the whole name of its series.</summary>
    public async Task<double> MetricAsync(string series)
    {
        var text = await Http.GetStringAsync("/metrics");
        var line = text.Split('\n').First(line => line.StartsWith(series + " ", StringComparison.Ordinal));
        return double.Parse(line[(series.Length + 1)..], CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private void Note(string line)
    {
        var at = line.IndexOf("Serving ", StringComparison.Ordinal);
        if (at >= 0)
        {
            var words = line[at..].Split(' ');
            _ports.TryAdd(words[1], int.Parse(words[3].Split(':')[^1], CultureInfo.InvariantCulture));
        }
    }
}
