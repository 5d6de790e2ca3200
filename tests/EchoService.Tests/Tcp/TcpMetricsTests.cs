using EchoService.Tcp;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Tcp;

public sealed class TcpMetricsTests
{
    [Fact]
    public async Task EverySeriesIsThereAtZeroAndMovesAsItShould()
    {
        using var service = new ServiceFixture();
        using var http = service.CreateClient();
        var before = await ScrapeAsync(http);
        foreach (var channel in service.Channels())
        {
            Assert.Contains($"echoservice_tcp_connections_total{{channel=\"{channel.Name}\"}} 0", before);
            Assert.Contains($"echoservice_tcp_connections_active{{channel=\"{channel.Name}\"}} 0", before);
            Assert.Contains($"echoservice_tcp_bytes_total{{channel=\"{channel.Name}\",direction=\"in\"}} 0", before);
            Assert.Contains($"echoservice_tcp_bytes_total{{channel=\"{channel.Name}\",direction=\"out\"}} 0", before);
            Assert.Contains($"echoservice_tcp_connection_duration_seconds_count{{channel=\"{channel.Name}\"}} 0", before);
            Assert.All(Enum.GetValues<CloseReason>(), reason => Assert.Contains($"echoservice_tcp_closed_total{{channel=\"{channel.Name}\",reason=\"{reason.Name()}\"}} 0", before));
        }

        using var client = await TcpPeer.ConnectAsync(service);
        await client.SendAsync("abc");
        await client.ExpectAsync("Echoed back: abc");
        var open = await ScrapeAsync(http);
        Assert.Contains("echoservice_tcp_connections_active{channel=\"echo\"} 1", open);
        Assert.Contains("echoservice_tcp_bytes_total{channel=\"echo\",direction=\"in\"} 3", open);
        Assert.Contains("echoservice_tcp_bytes_total{channel=\"echo\",direction=\"out\"} 16", open);

        client.HalfClose();
        await service.HasClosedAsync(CloseReason.ClientClosed);
        await Eventually.Passes(async () =>
        {
            var after = await ScrapeAsync(http);
            Assert.Contains("echoservice_tcp_connections_total{channel=\"echo\"} 1", after);
            Assert.Contains("echoservice_tcp_connections_active{channel=\"echo\"} 0", after);
            Assert.Contains("echoservice_tcp_closed_total{channel=\"echo\",reason=\"clientClosed\"} 1", after);
            Assert.Contains("echoservice_tcp_bytes_total{channel=\"echo\",direction=\"out\"} 16", after);
            Assert.Contains("echoservice_tcp_connection_duration_seconds_count{channel=\"echo\"} 1", after);
        });
    }

    private static async Task<string[]> ScrapeAsync(HttpClient http) =>
        (await http.GetStringAsync("/metrics", TestContext.Current.CancellationToken)).Split('\n');
}
