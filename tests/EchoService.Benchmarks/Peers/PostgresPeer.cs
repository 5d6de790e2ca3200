using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace EchoService.Benchmarks;

/// <summary>A PostgreSQL server as Debian ships it, its settings its own, on a free port and a folder that goes with it.</summary>
internal sealed class PostgresPeer : IAsyncDisposable
{
    private readonly ScratchFolder _folder = new();
    private readonly string _programs;
    private readonly int _port = FreePort();
    private int _databases;

    private PostgresPeer(string programs) => _programs = programs;

    private string Data => Path.Combine(_folder.Path, "data");

    public static async Task<PostgresPeer> StartAsync()
    {
        const string Versions = "/usr/lib/postgresql";
        var programs = Directory.Exists(Versions) ? Directory.GetDirectories(Versions).Max(StringComparer.Ordinal) : null;
        var peer = new PostgresPeer(Path.Combine(programs ?? throw new ToolMissingException("postgresql is not installed"), "bin"));
        if (Environment.IsPrivilegedProcess)
        {
            await RunAsync("chown", "postgres", peer._folder.Path);
        }

        try
        {
            await peer.RunOwnAsync("initdb", "-D", peer.Data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale");
            await peer.RunOwnAsync(
                "pg_ctl", "-D", peer.Data, "-l", Path.Combine(peer._folder.Path, "log"), "-w", "-o",
                string.Create(CultureInfo.InvariantCulture, $"-p {peer._port} -k {peer._folder.Path} -c listen_addresses=127.0.0.1"), "start");
        }
        catch
        {
            await peer._folder.DisposeAsync();
            throw;
        }

        return peer;
    }

    /// <summary>A new, empty database; answers its connection string.</summary>
    public async Task<string> NewDatabaseAsync()
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"bench{++_databases}");
        await RunOwnAsync("createdb", "-h", "127.0.0.1", "-p", _port.ToString(CultureInfo.InvariantCulture), "-U", "postgres", name);
        return string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={_port};Username=postgres;Database={name}");
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await RunOwnAsync("pg_ctl", "-D", Data, "-m", "immediate", "stop");
        }
        finally
        {
            await _folder.DisposeAsync();
        }
    }

    private Task RunOwnAsync(string program, params string[] arguments) => Environment.IsPrivilegedProcess
        ? RunAsync("setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", "--reset-env", Path.Combine(_programs, program), .. arguments])
        : RunAsync(Path.Combine(_programs, program), arguments);

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true })!;
        await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}.");
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
