using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace EchoService.Cli;

/// <param name="Roots">Trusted in place of the system's.</param>
/// <param name="ProxyHeader"><c>v1</c>, <c>v2</c>, or null for none.</param>
internal sealed record PeerOptions(string Target, bool Tls, bool Insecure, X509Certificate2Collection? Roots, string? ProxyHeader, IReadOnlyDictionary<string, string>? Headers);

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
        if (options.Headers is not null || (!options.Tls && (options.Insecure || options.Roots is not null)))
        {
            throw CommandException.Usage($"'{options.Target}': --cacert and --insecure go with --tls or wss://…, --header with ws://… or wss://….");
        }

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

        var tls = await SecureAsync(stream, target, options, token);
        return new Peer(target.ToString(), tls, _ => tls.ShutdownAsync());
    }

    private static async Task<SslStream> SecureAsync(Stream stream, HostPort target, PeerOptions options, CancellationToken token)
    {
        var tls = new SslStream(stream);
        try
        {
            await tls.AuthenticateAsClientAsync(Tls(options, target.Host), token);
            return tls;
        }
        catch (Exception exception) when (exception is AuthenticationException or IOException)
        {
            await tls.DisposeAsync();
            throw new CommandException($"{target}: TLS failed: {CommandLine.Reason(exception)}", inner: exception);
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
            foreach (var (name, value) in options.Headers ?? new Dictionary<string, string>())
            {
                socket.Options.SetRequestHeader(name, value);
            }

            using var handler = new SocketsHttpHandler { UseProxy = false, SslOptions = Tls(options, host: null) };
            using var invoker = new HttpMessageInvoker(handler);
            await socket.ConnectAsync(url, invoker, token);
        }
        catch (WebSocketException exception)
        {
            socket.Dispose();
            throw new CommandException($"{url} cannot be reached: {CommandLine.Reason(exception)}", inner: exception);
        }

        var stream = WebSocketStream.Create(socket, WebSocketMessageType.Binary, TimeSpan.FromSeconds(1));
        return new Peer(url.ToString(), stream, cancelled => socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, cancelled));
    }

    /// <param name="host">Null: the client that takes these options knows it.</param>
    private static SslClientAuthenticationOptions Tls(PeerOptions options, string? host)
    {
        var tls = new SslClientAuthenticationOptions { TargetHost = host };
        if (options.Insecure)
        {
#pragma warning disable MA0039, CA5359 // That is what the person at the keyboard has asked for, by name.
            tls.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore MA0039, CA5359
        }

        if (options.Roots is not null)
        {
            tls.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            tls.CertificateChainPolicy.CustomTrustStore.AddRange(options.Roots);
        }

        return tls;
    }
}
