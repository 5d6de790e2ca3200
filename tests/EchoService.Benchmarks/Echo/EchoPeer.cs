using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace EchoService.Benchmarks;

/// <summary>A running echo server: where it listens, and what it has used.</summary>
internal abstract class EchoPeer : IAsyncDisposable
{
    public abstract int Port { get; }

    /// <summary>User and system time so far.</summary>
    public abstract TimeSpan Processor { get; }

    /// <summary>Of resident memory, in bytes.</summary>
    public abstract long Peak { get; }

    /// <summary>The service, its channel <c>echo</c>.</summary>
    public static async Task<EchoPeer> ServiceAsync(params string[] settings) => new Service(await RunningService.StartAsync(settings));

    /// <summary>A program that prints its port when it listens.</summary>
    public static async Task<EchoPeer> ProgramAsync(string program, params string[] arguments)
    {
        var process = Start(program, arguments);
        var port = int.Parse(await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException($"{program} did not start."), CultureInfo.InvariantCulture);
        return new Program(process, port);
    }

    /// <summary>A program that has to be told a port, and says nothing.</summary>
    public static async Task<EchoPeer> ToldProgramAsync(string program, Func<int, string[]> arguments)
    {
        var port = FreePort();
        var process = Start(program, arguments(port));
        while (!await ListensAsync(port))
        {
            if (process.HasExited)
            {
                throw new InvalidOperationException($"{program} ended with code {process.ExitCode}.");
            }

            await Task.Delay(20);
        }

        return new Program(process, port);
    }

    public abstract ValueTask DisposeAsync();

    private static Process Start(string program, string[] arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true })!;

    private static int FreePort()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }

    private static async Task<bool> ListensAsync(int port)
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await probe.ConnectAsync(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private sealed class Service(RunningService service) : EchoPeer
    {
        public override int Port => service.Port("echo");

        public override TimeSpan Processor => service.Processor;

        public override long Peak => service.Peak;

        public override ValueTask DisposeAsync() => service.DisposeAsync();
    }

    private sealed class Program(Process process, int port) : EchoPeer
    {
        public override int Port => port;

        public override TimeSpan Processor => ProcessUsage.Processor(process.Id);

        public override long Peak => ProcessUsage.Peak(process.Id);

        public override async ValueTask DisposeAsync()
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }
}
