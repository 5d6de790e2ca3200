using System.Net;
using EchoService.Tests.Downloads.Fetching;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Downloads.Egress;

/// <summary>Where nothing else runs: the ambient proxy is that of every client in the process.</summary>
[Collection(nameof(Alone))]
public sealed class AmbientProxyTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AnAmbientProxyIsNotUsed()
    {
        await using var proxy = RawOrigin.Start("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        await using var origin = await Origin.StartAsync(Token);
        origin.On("/x", OriginAnswer.Text("x"));
        var before = HttpClient.DefaultProxy;
        HttpClient.DefaultProxy = new WebProxy(proxy.Url());
        try
        {
            using var fetcher = FetchFixture.Fetcher();
            await fetcher.FetchAsync(origin.Url("/x"));
        }
        finally
        {
            HttpClient.DefaultProxy = before;
        }

        Assert.Equal((1, 0), (origin.Requests("/x"), proxy.Connections));
    }
}
