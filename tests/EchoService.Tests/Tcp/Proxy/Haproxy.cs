using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Tcp.Proxy;

/// <summary>Debian's haproxy in the foreground, from a configuration in a folder of its own, with a frontend on a free port.</summary>
internal sealed class Haproxy : IAsyncDisposable
{
    public const string Program = "/usr/sbin/haproxy";
    private readonly string _folder = Directory.CreateTempSubdirectory("echoservice-haproxy-").FullName;
    private Process? _process;

    private Haproxy()
    {
    }

    public static bool IsMissing => !File.Exists(Program);

    public int Port { get; private set; }

    /// <summary>What it has logged, where its configuration has <c>log stdout</c>.</summary>
    public ProcessLines Output { get; private set; } = null!;

    /// <param name="server">Options of the one server, such as <c>send-proxy</c>.</param>
    /// <param name="frontend">Further lines of the frontend.</param>
    public static Task<Haproxy> StartAsync(IPEndPoint target, string server, string frontend = "") => StartAsync(
        port => $"""
            global
                maxconn 200
            defaults
                mode tcp
                timeout connect 5s
                timeout client 60s
                timeout server 60s
            frontend front
                bind 127.0.0.1:{port}
                bind [::1]:{port}
                {frontend}
                default_backend back
            backend back
                server echo {target} {server}

            """,
        IPAddress.IPv6Loopback);

    /// <param name="configuration">The whole of it, for a <see cref="Port"/> of our choice.</param>
    /// <param name="last">The address of that port that is bound last.</param>
    public static async Task<Haproxy> StartAsync(Func<int, string> configuration, IPAddress last)
    {
        var proxy = new Haproxy();
        try
        {
            // haproxy wants a number: another program may take the port between, then it ends at once and the next one is tried.
            for (var attempt = 1; !await proxy.TryStartAsync(configuration, last); attempt++)
            {
                Assert.True(attempt < 5, "haproxy did not start");
            }
        }
        catch
        {
            await proxy.DisposeAsync();
            throw;
        }

        return proxy;
    }

    public async Task<Socket> ConnectAsync(IPAddress to, IPAddress? from = null)
    {
        var socket = new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(from ?? to, 0));
        await socket.ConnectAsync(to, Port, TestContext.Current.CancellationToken);
        return socket;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<bool> TryStartAsync(Func<int, string> configuration, IPAddress last)
    {
        await StopAsync();
        Port = FreePort();
        var file = Path.Combine(_folder, "haproxy.cfg");
        await File.WriteAllTextAsync(file, configuration(Port), TestContext.Current.CancellationToken);
        _process = Process.Start(new ProcessStartInfo(Program, ["-f", file, "-db"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Output = ProcessLines.OfOutput(_process);
        var errors = ProcessLines.OfErrors(_process);
        await Eventually.True(() => _process.HasExited || Listens(last), "haproxy listens");
        Assert.False(_process.HasExited && !errors.ToString().Contains("cannot bind", StringComparison.OrdinalIgnoreCase), errors.ToString());
        return !_process.HasExited;
    }

    private async Task StopAsync()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process?.Dispose();
        _process = null;
    }

    private bool Listens(IPAddress address) =>
        System.Net.NetworkInformation.IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Any(e => e.Port == Port && e.Address.Equals(address));

    public static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { DualMode = true };
        socket.Bind(new IPEndPoint(IPAddress.IPv6Any, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
