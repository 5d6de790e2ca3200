using System.Net;
using System.Net.Sockets;
using System.Text;

namespace EchoService.Tests.Testing;

/// <summary>A loopback server that answers each request with exactly the bytes that the test gives: for framing that no HTTP server would send.</summary>
public sealed class RawOrigin : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<NetworkStream, CancellationToken, Task> _answer;
    private readonly Task _accepting;
    private readonly bool _readsHead;
    private int _connections;

    private RawOrigin(Func<NetworkStream, CancellationToken, Task> answer, bool readsHead = true)
    {
        _answer = answer;
        _readsHead = readsHead;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Connections so far.</summary>
    public int Connections => Volatile.Read(ref _connections);

    public Uri Url(string path = "/") => new($"http://127.0.0.1:{Port}{path}");

    /// <summary>Runs the script on each connection, after the request's head has been read; the connection closes when it ends.</summary>
    public static RawOrigin Start(Func<NetworkStream, CancellationToken, Task> answer) => new(answer);

    /// <summary>Sends this text (Latin-1) and closes the connection in order.</summary>
    public static RawOrigin Start(string answer) =>
        new(async (stream, token) => await stream.WriteAsync(Encoding.Latin1.GetBytes(answer), token));

    /// <summary>Accepts, and then does nothing at all.</summary>
    public static RawOrigin Silent() => new((_, token) => Task.Delay(Timeout.Infinite, token), readsHead: false);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                serving.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
                Interlocked.Increment(ref _connections);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                break;
            }
        }

        await Task.WhenAll(serving);
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                var head = new StringBuilder();
                var buffer = new byte[4096];
                while (_readsHead && !head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
                {
                    var read = await stream.ReadAsync(buffer, _stop.Token);
                    if (read == 0)
                    {
                        return;
                    }

                    head.Append(Encoding.Latin1.GetString(buffer, 0, read));
                }

                await _answer(stream, _stop.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or IOException)
            {
                // The client went away, or the test is over: there is nobody left to answer.
            }
        }
    }
}
