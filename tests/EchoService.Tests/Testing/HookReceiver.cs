using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;

namespace EchoService.Tests.Testing;

/// <summary>Receives webhooks on a loopback port: answers with the statuses that the test gives, the last one for ever.</summary>
public sealed class HookReceiver : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<string> _bodies = Channel.CreateUnbounded<string>();
    private readonly Task _accepting;
    private int _requests;

    public HookReceiver(params int[] statuses)
    {
        _listener.Start();
        _accepting = AcceptAsync(statuses);
    }

    public Uri Url => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/hook");

    public int Requests => Volatile.Read(ref _requests);

    /// <summary>The next body that came.</summary>
    public ValueTask<string> BodyAsync(CancellationToken cancellationToken) => _bodies.Reader.ReadAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync(int[] statuses)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                using var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                await AnswerAsync(client.GetStream(), statuses);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or IOException)
            {
                // The test is over, or the sender left.
            }
        }
    }

    private async Task AnswerAsync(NetworkStream stream, int[] statuses)
    {
        using var reader = new StreamReader(stream, Encoding.UTF8, leaveOpen: true);
        var length = 0;
        while (await reader.ReadLineAsync(_stop.Token) is { Length: > 0 } line)
        {
            length = line.StartsWith("Content-Length: ", StringComparison.OrdinalIgnoreCase) ? int.Parse(line.AsSpan(16), System.Globalization.CultureInfo.InvariantCulture) : length;
        }

        var body = new char[length];
        await reader.ReadBlockAsync(body, _stop.Token);
        var number = Interlocked.Increment(ref _requests);
        var status = statuses[Math.Min(number, statuses.Length) - 1];
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status} Status\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"), _stop.Token);
        await _bodies.Writer.WriteAsync(new string(body), _stop.Token);
    }
}
