using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace EchoService.Tests.Testing;

/// <summary>
/// The built service as a child process in a folder of its own (its current folder; data in <c>data/</c> below it), every port
/// free and read from the log. It can be stopped, killed and started again on the same folder.
/// </summary>
public sealed partial class ServiceProcess : IAsyncDisposable
{
    private readonly List<(string Key, string? Value)> _settings;
    private Process? _process;

    private ServiceProcess(IEnumerable<(string Key, string? Value)> settings)
    {
        Folder = Directory.CreateTempSubdirectory("echoservice-").FullName;
        _settings = [.. settings];
    }

    public string Folder { get; }

    public string DataDirectory => Path.Combine(Folder, "data");

    /// <summary>Environment variables of the next start, beside those of the tests.</summary>
    public Dictionary<string, string?> Environment { get; } = [];

    /// <summary>Stands before the program at the next start, e.g. <c>ip netns exec one</c>; must become the program itself.</summary>
    public IReadOnlyList<string> Launcher { get; set; } = [];

    /// <summary>Makes what <see cref="Client"/> connects with; null: this machine's own sockets.</summary>
    public Func<HttpMessageHandler>? Handler { get; set; }

    /// <summary>The service's assembly; another version's where a test says so.</summary>
    public string Program { get; set; } = Repository.Service;

    public int Id => Running.Id;

    public bool HasExited => Running.HasExited;

    /// <summary>What the current process has written.</summary>
    public ProcessLines Output { get; private set; } = null!;

    public ProcessLines Errors { get; private set; } = null!;

    /// <summary>Talks to this process's HTTP port; a new one after each start.</summary>
    public HttpClient Client { get; private set; } = new();

    private Process Running => _process ?? throw new InvalidOperationException("The service has not been started.");

    /// <summary>A service that is not started yet: write into <see cref="Folder"/> or <see cref="Environment"/> first.</summary>
    public static ServiceProcess Create(params (string Key, string? Value)[] settings) =>
        new([("Http:Port", "0"), .. ServiceFixture.FreeChannelPorts, .. settings]);

    /// <summary>The program without any settings of ours.</summary>
    public static ServiceProcess CreateBare() => new([]);

    /// <summary>A service that serves HTTP.</summary>
    public static async Task<ServiceProcess> StartAsync(params (string Key, string? Value)[] settings)
    {
        var service = Create(settings);
        try
        {
            await service.StartAsync();
        }
        catch
        {
            await service.DisposeAsync();
            throw;
        }

        return service;
    }

    /// <summary>Starts the process and waits until it serves HTTP.</summary>
    /// <param name="httpPort">Where it has served before; 0: where there is room.</param>
    public async Task StartAsync(int httpPort = 0)
    {
        Launch(httpPort == 0 ? [] : [$"--Http:Port={httpPort.ToString(CultureInfo.InvariantCulture)}"]);
        var port = await PortAsync("http");
        Client.Dispose();
        Client = new HttpClient(Handler?.Invoke() ?? new SocketsHttpHandler()) { BaseAddress = new Uri($"http://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}") };
    }

    /// <summary>Starts the process and waits for nothing: for starts that are meant to fail.</summary>
    public void Launch(params string[] arguments)
    {
        // A shell that runs the tests in the background lets them ignore SIGINT, and what they start would inherit that.
        string[] program = [.. Launcher, .. OperatingSystem.IsLinux() ? (string[])["env", "--default-signal=INT", "dotnet"] : ["dotnet"]];
        var start = new ProcessStartInfo(program[0], [.. program[1..], Program, .. _settings.Select(s => $"--{s.Key}={s.Value}"), .. arguments])
        {
            UseShellExecute = false,
            WorkingDirectory = Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in Environment)
        {
            start.Environment[name] = value;
        }

        _process?.Dispose();
        _process = Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start.");
        Output = ProcessLines.OfOutput(_process);
        Errors = ProcessLines.OfErrors(_process);
    }

    /// <summary>The port from the line <c>Serving &lt;name&gt; on 127.0.0.1:8888</c>; <paramref name="name"/> is a channel's, or <c>http</c>.</summary>
    public async Task<int> PortAsync(string name)
    {
        var line = await Output.WaitForAsync($"Serving {name} on ", TestContext.Current.CancellationToken);
        return int.Parse(line.AsSpan(line.LastIndexOf(':') + 1), CultureInfo.InvariantCulture);
    }

    /// <summary>SIGTERM; answers the exit code.</summary>
    public Task<int> StopAsync() => SignalAsync(15);

    /// <summary>SIGINT, as Ctrl+C sends it; answers the exit code.</summary>
    public Task<int> InterruptAsync() => SignalAsync(2);

    /// <summary>SIGKILL: no code of the service runs any more.</summary>
    public Task KillAsync() => SignalAsync(9);

    /// <summary>Kills the process and starts it again on the same folder.</summary>
    public async Task RestartAsync()
    {
        await KillAsync();
        await StartAsync();
    }

    /// <summary>The exit code, once the process has ended by itself and all that it wrote has arrived.</summary>
    public async Task<int> ExitAsync()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        await Running.WaitForExitAsync(patience.Token);
        return Running.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (_process is { HasExited: false })
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process?.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int processId, int signal);

    private Task<int> SignalAsync(int signal)
    {
        if (SendSignal(Running.Id, signal) != 0)
        {
            throw new InvalidOperationException($"No signal {signal} to process {Running.Id}: errno {Marshal.GetLastPInvokeError()}.");
        }

        return ExitAsync();
    }
}
