using System.Net;
using System.Net.WebSockets;
using System.Text;
using EchoService.Tests.Tcp.Tls;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Http;

/// <summary>What every answer tells a browser, and HTTPS.</summary>
public sealed class ServingTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task EveryAnswerIsInertUnlessItIsAPageOfOurs()
    {
        using var service = new ServiceFixture();
        using var http = service.CreateClient();
        foreach (var (path, policy) in ((string, string)[])
            [
                ("/hello", "default-src 'none'; frame-ancestors"), ("/nowhere", "default-src 'none'; frame-ancestors"), ("/downloads?limit=many", "default-src 'none'; frame-ancestors"),
                ("/characters/page", "script-src 'self'; style-src 'self'"), ("/docs/index.html", "script-src 'self'; style-src 'self' 'sha256-"), ("/docs/swagger-ui-bundle.js", "script-src 'self'"),
            ])
        {
            using var response = await http.GetAsync(path, Token);
            var sent = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
            Assert.Contains(policy, sent, StringComparison.Ordinal);
            Assert.Contains("frame-ancestors 'none'", sent, StringComparison.Ordinal);
            Assert.DoesNotContain("unsafe", sent, StringComparison.Ordinal);
            Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
            Assert.False(response.Headers.Contains("Server"));
            Assert.False(response.Headers.Contains("Access-Control-Allow-Origin"));
        }
    }

    [Fact]
    public async Task DownloadedContentIsAnAttachmentInASandbox()
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.On("/page.html", OriginAnswer.Text("<script>alert(1)</script>"));
        using var service = new ServiceFixture(DownloadsClient.Loopback);
        using var http = service.CreateClient();
        var downloads = new DownloadsClient(http);
        var id = await downloads.SubmitAsync(["/page.html"], origin);
        await downloads.EndAsync(id);

        using var file = await http.GetAsync($"/downloads/{id}/items/1/content", Token);
        using var page = await http.PostAsync("/fetch", new StringContent($$"""{"url": "{{origin.Url("/page.html")}}"}""", System.Text.Encoding.UTF8, "application/json"), Token);
        foreach (var response in (HttpResponseMessage[])[file, page])
        {
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal("attachment", response.Content.Headers.ContentDisposition?.DispositionType);
            Assert.Equal("sandbox; default-src 'none'", Assert.Single(response.Headers.GetValues("Content-Security-Policy")));
            Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
        }
    }

    [Fact]
    public async Task ServesHttp2OverTlsAndTakesANewCertificateWithoutARestart()
    {
        using var authority = new TestAuthority();
        await using var service = Secure(authority);
        await service.StartAsync();
        var port = service.Client.BaseAddress!.Port;

        var first = await AskAsync(authority, port);
        using (var next = authority.Issue("localhost"))
        {
            authority.WritePair("http", next);
        }

        var second = await AskAsync(authority, port);
        Assert.Equal((HttpStatusCode.OK, HttpVersion.Version20), (first.Status, first.Version));
        Assert.Equal(HttpStatusCode.OK, second.Status);
        Assert.NotEqual(first.Serial, second.Serial);
    }

    /// <summary>As browsers do it over TLS: on the connection that they have, by CONNECT (RFC 8441).</summary>
    [Fact]
    public async Task ServesChannelsOverHttp2()
    {
        using var authority = new TestAuthority();
        await using var service = Secure(authority);
        await service.StartAsync();
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, given, _, _) => given!.Issuer == authority.Root.Subject;
        using var invoker = new HttpMessageInvoker(handler);
        using var client = new ClientWebSocket();
        client.Options.HttpVersion = HttpVersion.Version20;
        client.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;

        await client.ConnectAsync(new Uri($"wss://localhost:{service.Client.BaseAddress!.Port}/tcp/echo"), invoker, Token);
        await client.SendAsync("Hello\n"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, Token);

        var answer = new byte[100];
        var received = await client.ReceiveAsync(answer, Token);
        Assert.Equal("Echoed back: Hello\n", Encoding.UTF8.GetString(answer, 0, received.Count));
    }

    [Theory]
    [InlineData("Http:Tls:Certificate:Path", "missing.pem", "Http:Tls:Certificate:Path is 'missing.pem', and there is no such file")]
    [InlineData("Http:TrustedProxies:0", "proxy", "Http:TrustedProxies:0 is 'proxy', but must be an IP address or a network")]
    [InlineData("Http:Limits:Burst", "0", "Http:Limits:Burst must be between 1 and")]
    public async Task BadSettingsStopTheStart(string key, string value, string expected)
    {
        await using var service = ServiceProcess.Create((key, value));
        service.Launch();
        Assert.Equal(2, await service.ExitAsync());
        Assert.StartsWith(expected, Assert.Single(service.Errors.Snapshot()), StringComparison.Ordinal);
    }

    /// <summary>Some platforms set this variable; with it the framework would believe everybody.</summary>
    [Fact]
    public async Task TheFrameworksOwnSwitchForForwardedHeadersDoesNothing()
    {
        await using var service = ServiceProcess.Create(("Http:Limits:RequestsPerSecond", "1"), ("Http:Limits:Burst", "1"));
        service.Environment["ASPNETCORE_FORWARDEDHEADERS_ENABLED"] = "true";
        await service.StartAsync();
        await RateCheck.ExceedAsync(burst: 1, n => RateCheck.AskFromAsync(service.Client, "/hello", $"203.0.113.{n}"));
    }

    /// <summary>A service over TLS, by the authority's files <c>http</c>.</summary>
    private static ServiceProcess Secure(TestAuthority authority)
    {
        var (certificate, key) = authority.WritePair("http", authority.Issue("localhost"));
        return ServiceProcess.Create(("Http:Tls:Certificate:Path", certificate), ("Http:Tls:Certificate:KeyPath", key));
    }

    private static async Task<(HttpStatusCode Status, Version Version, string? Serial)> AskAsync(TestAuthority authority, int port)
    {
        string? serial = null;
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) =>
        {
            serial = certificate!.GetSerialNumberString();
            return certificate.Issuer == authority.Root.Subject;
        };
        using var http = new HttpClient(handler) { DefaultRequestVersion = HttpVersion.Version20 };
        using var response = await http.GetAsync($"https://localhost:{port}/hello", Token);
        return (response.StatusCode, response.Version, serial);
    }
}
