using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace EchoService.Tests.Testing;

/// <summary>
/// An HTTP server on a loopback port of its own (and an HTTPS one) whose every answer the test scripts by path. It counts what
/// it was asked for and lets a test await the n-th request. Each origin is another host, as a host is a name and a port.
/// </summary>
public sealed class Origin : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Func<string, int, OriginAnswer>> _paths = new(StringComparer.Ordinal);
    private readonly List<(string Prefix, Func<string, int, OriginAnswer> Answer)> _prefixes = [];
    private readonly OriginCounts _counts = new();
    private readonly WebApplication _app;

    private Origin(WebApplication app)
    {
        _app = app;
        app.Run(HandleAsync);
    }

    public int Port { get; private set; }

    public int SecurePort { get; private set; }

    public Uri Address => new($"http://127.0.0.1:{Port}/");

    /// <summary>Requests so far, all paths together.</summary>
    public int TotalRequests => _counts.Total;

    /// <summary>The most requests that were ever under way at once, all host names together.</summary>
    public int MostAtOnce => _counts.MostAtOnce;

    /// <summary>The requests that are under way now.</summary>
    public int UnderWay => _counts.UnderWay;

    /// <summary>Body bytes sent, or being sent.</summary>
    public long BytesSent => _counts.Bytes;

    /// <summary>The root that makes the HTTPS side trusted.</summary>
    public static X509Certificate2 Root => OriginCertificate.Localhost;

    /// <param name="certificate">Of the HTTPS side; null: one for localhost and the loopback addresses.</param>
    public static async Task<Origin> StartAsync(CancellationToken cancellationToken, X509Certificate2? certificate = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().UseSockets(SendBeforeFlushReturns).ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Limits.MaxRequestLineSize = 1 << 15;
            kestrel.Limits.MaxRequestBufferSize = 1 << 20;
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate ?? OriginCertificate.Localhost));
        });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromMilliseconds(1));
        var origin = new Origin(builder.Build());
        await origin._app.StartAsync(cancellationToken);
        var addresses = origin._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        origin.Port = new Uri(addresses.First(address => address.StartsWith("http:", StringComparison.Ordinal))).Port;
        origin.SecurePort = new Uri(addresses.First(address => address.StartsWith("https:", StringComparison.Ordinal))).Port;
        return origin;
    }

    public Uri Url(string path, string host = "127.0.0.1") => new($"http://{host}:{Port}{path}");

    public Uri SecureUrl(string path, string host = "127.0.0.1") => new($"https://{host}:{SecurePort}{path}");

    /// <summary>The answers for a path: the first for the first request, and so on; the last one for all that follow.</summary>
    public Origin On(string path, params OriginAnswer[] answers)
    {
        _paths[path] = (_, number) => answers[Math.Min(number, answers.Length) - 1];
        return this;
    }

    /// <summary>Answers for every path that begins so, from the path and the number of the request to it (from 1).</summary>
    public Origin OnPrefix(string prefix, Func<string, int, OriginAnswer> answer)
    {
        _prefixes.Add((prefix, answer));
        return this;
    }

    public int Requests(string path) => _counts.Of(path);

    /// <summary>The first requests to a path (at most 20 are kept).</summary>
    public IReadOnlyList<OriginRequest> RequestsTo(string path) => _counts.RequestsTo(path);

    /// <summary>The most requests under way at once to one host name, as in the Host header: <c>127.0.0.1:1234</c>.</summary>
    public int MostAtOnceOf(string host) => _counts.MostAtOnceOf(host);

    /// <summary>Ends when the n-th request to the path has come.</summary>
    public Task RequestAsync(string path, int number, CancellationToken cancellationToken) => _counts.WhenAsync(path, number, cancellationToken);

    /// <summary>Ends when the n-th request has come, all paths together.</summary>
    public Task RequestAsync(int number, CancellationToken cancellationToken) => _counts.WhenAsync(null, number, cancellationToken);

    /// <summary>The SHA-256 (lower case hex) of what the path's first answer holds.</summary>
    public string Sha256(string path)
    {
        var answer = AnswerFor(path, 1) ?? throw new ArgumentException($"nothing is scripted for {path}", nameof(path));
        return answer.Bytes is { } bytes ? Convert.ToHexStringLower(SHA256.HashData(bytes.Span)) : answer.Body.Sha256;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    // A finished flush then means sent, so that a cut comes after the bytes before it.
    private static void SendBeforeFlushReturns(SocketTransportOptions sockets) => sockets.MaxWriteBufferSize = 1;

    private OriginAnswer? AnswerFor(string path, int number)
    {
        if (_paths.TryGetValue(path, out var script))
        {
            return script(path, number);
        }

        var prefix = _prefixes.Find(candidate => path.StartsWith(candidate.Prefix, StringComparison.Ordinal));
        return prefix.Answer?.Invoke(path, number);
    }

    private async Task HandleAsync(HttpContext context)
    {
        var path = context.Request.Path + context.Request.QueryString.ToString();
        var headers = context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        var request = new OriginRequest(context.Request.Host.ToString(), context.Request.Protocol, headers);
        var number = _counts.Begin(path, request);
        try
        {
            var answer = AnswerFor(path, number) ?? OriginAnswer.Error(404);
            await new OriginReply(context, request, answer, _counts).SendAsync();
        }
        catch (OperationCanceledException)
        {
            context.Abort();
        }
        finally
        {
            _counts.End(request);
        }
    }
}
