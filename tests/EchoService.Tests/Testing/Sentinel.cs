using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace EchoService.Tests.Testing;

/// <summary>
/// Web server on every address of a network, that notes which of them are connected to. It answers 200 with the path, and
/// <c>/hop/N?TARGET</c> with a redirect: N more hops on the same host, then TARGET.
/// </summary>
internal sealed class Sentinel : IAsyncDisposable
{
    private readonly ConcurrentBag<IPAddress> _connections = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly TcpListener[] _listeners;
    private readonly Task[] _accepting;

    private Sentinel(TcpListener[] listeners)
    {
        _listeners = listeners;
        _accepting = [.. listeners.Select(AcceptAsync)];
    }

    /// <summary>The addresses that were connected to, once for each connection.</summary>
    public IReadOnlyCollection<IPAddress> Connections => _connections;

    /// <summary>Listens on these ports.</summary>
    public static async Task<Sentinel> StartAsync(NetworkNamespace network, params int[] ports) => new(await network.WithinAsync(() =>
    {
        var listeners = ports.Select(port => TcpListener.Create(port)).ToArray(); // both families
        Array.ForEach(listeners, listener => listener.Start());
        return listeners;
    }));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        Array.ForEach(_listeners, listener => listener.Stop());
        await Task.WhenAll(_accepting);
        _stop.Dispose();
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync(_stop.Token);
                var address = ((IPEndPoint)client.Client.LocalEndPoint!).Address;
                _connections.Add(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);
                _ = AnswerAsync(client);
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private async Task AnswerAsync(TcpClient client)
    {
        try
        {
            using (client)
            {
                using var reader = new StreamReader(client.GetStream(), Encoding.Latin1);
                var path = (await reader.ReadLineAsync(_stop.Token))?.Split(' ').ElementAtOrDefault(1) ?? "/";
                while (await reader.ReadLineAsync(_stop.Token) is { Length: > 0 })
                {
                }

                await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(Answer(path)), _stop.Token);
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // Whoever connected has gone; that it connected is noted.
        }
    }

    private static string Answer(string path)
    {
        if (!path.StartsWith("/hop/", StringComparison.Ordinal))
        {
            return $"HTTP/1.1 200 OK\r\nContent-Length: {path.Length}\r\nConnection: close\r\n\r\n{path}";
        }

        var parts = path["/hop/".Length..].Split('?', 2);
        var left = int.Parse(parts[0], System.Globalization.CultureInfo.InvariantCulture) - 1;
        var location = left == 0 ? parts[1] : $"/hop/{left}?{parts[1]}";
        return $"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    }
}
