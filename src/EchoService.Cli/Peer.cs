using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Authentication;

namespace EchoService.Cli;

/// <param name="ProxyHeader"><c>v1</c>, <c>v2</c>, or null for none.</param>
internal sealed record PeerOptions(string Target, bool Tls, bool Insecure, string? ProxyHeader);

/// <summary>The other end of a connection over TCP, TLS or a WebSocket: bytes both ways, and a way to say that no more come from here.</summary>
internal sealed class Peer : IAsyncDisposable
{
    private readonly Func<CancellationToken, Task> _finish;

    private Peer(string name, Stream stream, Func<CancellationToken, Task> finish) => (Name, Stream, _finish) = (name, stream, finish);

    public string Name { get; }

    public Stream Stream { get; }

    /// <exception cref="CommandException">It cannot be reached.</exception>
    public static Task<Peer> ConnectAsync(PeerOptions options, CancellationToken cancellationToken) =>
        options.Target.StartsWith("ws://", StringComparison.OrdinalIgnoreCase) || options.Target.StartsWith("wss://", StringComparison.OrdinalIgnoreCase)
            ? WebSocketAsync(options, cancellationToken)
            : TcpAsync(options, cancellationToken);

    /// <summary>Half-closes: what was sent is all; what comes back is still read.</summary>
    public Task FinishAsync(CancellationToken cancellationToken) => _finish(cancellationToken);

    public ValueTask DisposeAsync() => Stream.DisposeAsync();

    private static async Task<Peer> TcpAsync(PeerOptions options, CancellationToken token)
    {
        var target = HostPort.Parse(options.Target);
        var socket = await target.ConnectAsync(token);
        var stream = new NetworkStream(socket, ownsSocket: true);
        if (options.ProxyHeader is { } version)
        {
            await stream.WriteAsync(ProxyHeaderText.Make(version, (IPEndPoint)socket.LocalEndPoint!, (IPEndPoint)socket.RemoteEndPoint!), token);
        }

        if (!options.Tls)
        {
            return new Peer(target.ToString(), stream, _ => Task.Run(() => socket.Shutdown(SocketShutdown.Send), CancellationToken.None));
        }

        var tls = await SecureAsync(stream, target, options.Insecure, token);
        return new Peer(target.ToString(), tls, _ => tls.ShutdownAsync());
    }

    private static async Task<SslStream> SecureAsync(Stream stream, HostPort target, bool insecure, CancellationToken token)
    {
        var tls = new SslStream(stream);
        try
        {
            var authentication = new SslClientAuthenticationOptions { TargetHost = target.Host };
            if (insecure)
            {
#pragma warning disable MA0039, CA5359 // That is what the person at the keyboard has asked for, by name.
                authentication.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore MA0039, CA5359
            }

            await tls.AuthenticateAsClientAsync(authentication, token);
            return tls;
        }
        catch (Exception exception) when (exception is AuthenticationException or IOException)
        {
            await tls.DisposeAsync();
            throw new CommandException($"{target}: TLS failed: {exception.Message}", inner: exception);
        }
    }

    private static async Task<Peer> WebSocketAsync(PeerOptions options, CancellationToken token)
    {
        if (!Uri.TryCreate(options.Target, UriKind.Absolute, out var url) || options.Tls || options.ProxyHeader is not null)
        {
            throw CommandException.Usage($"'{options.Target}': --tls and --proxy-header are for HOST:PORT; a WebSocket is ws://… or wss://….");
        }

        var socket = new ClientWebSocket();
        try
        {
            if (options.Insecure)
            {
#pragma warning disable MA0039, CA5359 // As above.
                socket.Options.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore MA0039, CA5359
            }

            await socket.ConnectAsync(url, token);
        }
        catch (WebSocketException exception)
        {
            socket.Dispose();
            throw new CommandException($"{url} cannot be reached: {exception.InnerException?.Message ?? exception.Message}", inner: exception);
        }

        var stream = WebSocketStream.Create(socket, WebSocketMessageType.Binary, TimeSpan.FromSeconds(1));
        return new Peer(url.ToString(), stream, cancelled => socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, cancelled));
    }
}
