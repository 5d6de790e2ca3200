using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace EchoService.Tests.Testing;

/// <summary>
/// A network of the test's own, without a way out, in which every address of both families is this machine's: whatever a program in it connects
/// to, one listener on any address sees it. Names are resolved by whoever listens on 127.0.0.1, port 53, in there.
/// </summary>
internal sealed partial class NetworkNamespace : IAsyncDisposable
{
    private const int NewNetwork = 0x40000000; // CLONE_NEWNET

    private readonly string _name;
    private readonly BlockingCollection<Action> _work = [];
    private readonly Thread _inside;

    private NetworkNamespace(string name)
    {
        _name = name;
        _inside = new Thread(Work) { IsBackground = true };
        _inside.Start();
    }

    /// <summary>Stands before a program that is to run in there.</summary>
    public IReadOnlyList<string> Launcher => ["ip", "netns", "exec", _name];

    public static async Task<NetworkNamespace> CreateAsync()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "a network namespace needs root");
        Tool.Require("ip");
        var name = "echoservice-" + Guid.NewGuid().ToString("N")[..8];
        var made = await Tool.RunAsync("ip", ["netns", "add", name]);
        Assert.SkipWhen(made.ExitCode != 0, $"no network namespace can be made: {made.Errors}");
        Directory.CreateDirectory($"/etc/netns/{name}");
        await File.WriteAllTextAsync($"/etc/netns/{name}/resolv.conf", "nameserver 127.0.0.1\noptions timeout:30 attempts:2\n");
        foreach (var arguments in (string[])["link set lo up", "-4 route add local 0.0.0.0/0 dev lo", "-6 route add local ::/0 dev lo"])
        {
            var set = await Tool.RunAsync("ip", ["-n", name, .. arguments.Split(' ')]);
            Assert.True(set.ExitCode == 0, set.Errors);
        }

        return new NetworkNamespace(name);
    }

    /// <summary>Runs the work on a thread in there: a socket belongs for good to the network of the thread that made it.</summary>
    public Task<T> WithinAsync<T>(Func<T> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() =>
        {
            try
            {
                done.SetResult(work());
            }
            catch (Exception exception)
            {
                done.SetException(exception);
            }
        });
        return done.Task;
    }

    /// <summary>Connects from in there.</summary>
    public HttpMessageHandler Handler() => new SocketsHttpHandler
    {
        ConnectCallback = async (context, token) =>
        {
            var socket = await WithinAsync(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
            await socket.ConnectAsync(IPAddress.Parse(context.DnsEndPoint.Host), context.DnsEndPoint.Port, token);
            return new NetworkStream(socket, ownsSocket: true);
        },
    };

    public async ValueTask DisposeAsync()
    {
        _work.CompleteAdding();
        _inside.Join();
        _work.Dispose();
        await Tool.RunAsync("ip", ["netns", "delete", _name]);
        Directory.Delete($"/etc/netns/{_name}", recursive: true);
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(SafeHandle descriptor, int kind);

    private void Work()
    {
        using var network = File.OpenHandle($"/run/netns/{_name}");
        var entered = SetNamespace(network, NewNetwork) == 0;
        var error = Marshal.GetLastPInvokeErrorMessage();
        foreach (var work in _work.GetConsumingEnumerable())
        {
            if (!entered)
            {
                throw new InvalidOperationException($"The thread does not get into the network namespace: {error}.");
            }

            work();
        }
    }
}
