using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Security;
using System.Reflection;
using System.Security.Cryptography.X509Certificates;
using EchoService.Downloads.Egress;
using EchoService.Sockets;

namespace EchoService.Downloads.Fetching;

/// <summary>The one connection pool: every connection goes through the egress guard, none through an ambient proxy, no state is kept between requests.</summary>
internal sealed class FetchTransport : IDisposable
{
    private readonly DownloadsOptions _options;
    private readonly Dialer _dialer = new("downloads");
    private readonly EgressConnector _connector;
    private readonly HttpMessageInvoker _invoker;

    public FetchTransport(DownloadsOptions options, FetcherSettings settings, TimeProvider time, IMeterFactory? meters)
    {
        _options = options;
        _connector = new EgressConnector(settings.EgressGuard ? new AddressPolicy(options.Egress) : null, time, _dialer, settings.Resolve);
        _invoker = new HttpMessageInvoker(Handler(settings, meters));
        UserAgent = options.UserAgent.Length > 0 ? options.UserAgent : $"EchoService/{Version}";
    }

    public string UserAgent { get; }

    private static string Version =>
        (typeof(FetchTransport).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0").Split('+')[0];

    /// <summary>Sends the request and returns when the headers are there. The clock bounds the connection and the wait for headers.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, FetchClock clock)
    {
        request.Options.Set(FetchClock.Key, clock);
        clock.AwaitHeaders(TimeSpan.FromSeconds(_options.FirstByteSeconds));
        return await _invoker.SendAsync(request, clock.Token);
    }

    public void Dispose()
    {
        _invoker.Dispose();
        _dialer.Dispose();
    }

    private SocketsHttpHandler Handler(FetcherSettings settings, IMeterFactory? meters) => new()
    {
        MeterFactory = meters,
        UseProxy = settings.Proxy is not null,
        Proxy = settings.Proxy is { } proxy ? new WebProxy(proxy) : null,
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectTimeout = TimeSpan.FromSeconds(_options.ConnectSeconds),
        ConnectCallback = ConnectAsync,
        PlaintextStreamFilter = ConnectedAsync,
        EnableMultipleHttp2Connections = true,
        // KiB. curl allows 100 KB for each line and 300 KB together; real ones stay under 16.
        MaxResponseHeadersLength = 64,
        // A lane comes back to its host within seconds; a million hosts must not leave a million idle sockets.
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(15),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        // What is left of an unwanted body is read away in the background to keep the connection, but never much of it.
        MaxResponseDrainSize = 64 << 10,
        ResponseDrainTimeout = TimeSpan.FromSeconds(1),
        // Spans stay; no origin is told of our trace ids.
        ActivityHeadersPropagator = DistributedContextPropagator.CreateNoOutputPropagator(),
        SslOptions = Tls(settings),
    };

    private static SslClientAuthenticationOptions Tls(FetcherSettings settings)
    {
        var tls = new SslClientAuthenticationOptions { CertificateChainPolicy = ChainPolicy(settings.TrustedRoots) };
        if (settings.Insecure)
        {
#pragma warning disable MA0039, CA5359 // That is what the person at the keyboard has asked for, by name.
            tls.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore MA0039, CA5359
        }

        return tls;
    }

    private static X509ChainPolicy? ChainPolicy(X509Certificate2Collection? roots)
    {
        if (roots is null)
        {
            return null;
        }

        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(roots);
        return policy;
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        // The connection has a limit of its own (ConnectTimeout); until it is there the wait for headers covers both.
        Extend(context.InitialRequestMessage, _options.ConnectSeconds + _options.FirstByteSeconds);
        return await _connector.ConnectAsync(context.DnsEndPoint, cancellationToken);
    }

    private ValueTask<Stream> ConnectedAsync(SocketsHttpPlaintextStreamFilterContext context, CancellationToken cancellationToken)
    {
        Extend(context.InitialRequestMessage, _options.FirstByteSeconds);
        return ValueTask.FromResult(context.PlaintextStream);
    }

    private static void Extend(HttpRequestMessage request, double seconds)
    {
        if (request.Options.TryGetValue(FetchClock.Key, out var clock))
        {
            clock.AwaitHeadersAnew(TimeSpan.FromSeconds(seconds));
        }
    }
}
