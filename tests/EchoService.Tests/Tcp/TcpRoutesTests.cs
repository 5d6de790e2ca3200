using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using EchoService.Tcp;
using EchoService.Tests.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace EchoService.Tests.Tcp;

public sealed class TcpRoutesTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ChannelsAreListedWithWhatTheyCount()
    {
        using var service = new ServiceFixture();
        using var http = service.CreateClient();
        using var client = await TcpPeer.ConnectAsync(service);
        await client.SendAsync("a\n");
        await client.ExpectAsync("Echoed back: a\n");
        var list = await http.GetFromJsonAsync<JsonElement>("/tcp/channels", Cancelled);
        var echo = list.GetProperty("items")[0];
        Assert.Equal(["name", "kind", "address", "port", "closeAfter", "proxyProtocol", "tls", "faults", "active", "total"], echo.EnumerateObject().Select(p => p.Name));
        Assert.Equal("echo", echo.GetProperty("name").GetString());
        Assert.Equal(service.PortOf("echo"), echo.GetProperty("port").GetInt32());
        Assert.Equal("Never", echo.GetProperty("closeAfter").GetString());
        Assert.Equal(1, echo.GetProperty("active").GetInt64());
        Assert.Equal(JsonValueKind.Null, list.GetProperty("nextCursor").ValueKind);
    }

    [Fact]
    public async Task ConnectionsAreListedPageByPage()
    {
        using var service = new ServiceFixture();
        using var http = service.CreateClient();
        var clients = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => TcpPeer.ConnectAsync(service)));
        await Eventually.True(() => service.Services.GetRequiredService<LiveConnections>().Count == 5, "five open");
        var seen = new List<string>();
        var cursor = "";
        do
        {
            var page = await http.GetFromJsonAsync<JsonElement>($"/tcp/connections?limit=2&cursor={cursor}", Cancelled);
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(c => c.GetProperty("client").GetString()!));
            cursor = page.GetProperty("nextCursor").GetString();
        }
        while (cursor is not null);

        Assert.Equal(clients.Select(c => c.Socket.LocalEndPoint!.ToString()).Order(), seen.Order());
        Array.ForEach(clients, c => c.Dispose());
    }

    [Fact]
    public async Task TheLastClosedConnectionsTellWhy()
    {
        using var service = new ServiceFixture(("Tcp:Channels:once:Port", "0"), ("Tcp:Channels:once:Close:After", "Replies"));
        using var http = service.CreateClient();
        for (var n = 0; n < RecentlyClosed.Most; n++)
        {
            using var client = await TcpPeer.ConnectAsync(service, "discard");
        }

        var recent = service.Services.GetRequiredService<RecentlyClosed>();
        await Eventually.True(() => recent.All.Count == RecentlyClosed.Most, "all closed");
        using var last = await TcpPeer.ConnectAsync(service, "once");
        await last.SendAsync("a\n");
        await last.ExpectAsync("Echoed back: a\n");
        await Eventually.True(() => recent.All[0].Channel == "once", "closed by its rule");

        var list = await http.GetFromJsonAsync<JsonElement>("/tcp/connections?state=closed&limit=1000", Cancelled);
        var closed = list.GetProperty("items").EnumerateArray().ToList();
        Assert.Equal(RecentlyClosed.Most, closed.Count);
        Assert.Equal(
            ["id", "channel", "client", "openedAt", "bytesIn", "bytesOut", "faults", "closedAt", "reason"], closed[0].EnumerateObject().Select(p => p.Name));
        Assert.Equal(("once", "replied", 2), (
            closed[0].GetProperty("channel").GetString(), closed[0].GetProperty("reason").GetString(), closed[0].GetProperty("bytesIn").GetInt32()));
        Assert.All(closed.Skip(1), c => Assert.Equal(("discard", "clientClosed"), (c.GetProperty("channel").GetString(), c.GetProperty("reason").GetString())));
        Assert.True(closed[0].GetProperty("closedAt").GetDateTimeOffset() >= closed[^1].GetProperty("closedAt").GetDateTimeOffset());
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("cursor=!", "cursor")]
    [InlineData("state=gone", "state")]
    public async Task ABadPageIsAProblem(string query, string field)
    {
        using var service = new ServiceFixture();
        using var http = service.CreateClient();
        var answer = await http.GetAsync($"/tcp/connections?{query}", Cancelled);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.True((await answer.Content.ReadFromJsonAsync<JsonElement>(Cancelled)).GetProperty("errors").TryGetProperty(field, out _));
    }

    [Fact]
    public async Task AConnectionCanBeEnded()
    {
        using var service = new ServiceFixture();
        using var http = service.CreateClient();
        using var client = await TcpPeer.ConnectAsync(service);
        await client.SendAsync("abc");
        await client.ExpectAsync("Echoed back: abc");
        var list = await http.GetFromJsonAsync<JsonElement>("/tcp/connections", Cancelled);
        var connection = list.GetProperty("items")[0];
        Assert.Equal(["id", "channel", "client", "openedAt", "bytesIn", "bytesOut", "faults"], connection.EnumerateObject().Select(p => p.Name));
        Assert.Equal((3, 16), (connection.GetProperty("bytesIn").GetInt32(), connection.GetProperty("bytesOut").GetInt32()));

        var id = connection.GetProperty("id").GetString();
        Assert.Equal(HttpStatusCode.NoContent, (await http.DeleteAsync($"/tcp/connections/{id}", Cancelled)).StatusCode);
        await client.ExpectResetAsync();
        await service.HasClosedAsync(CloseReason.Aborted);
        Assert.Equal(HttpStatusCode.NotFound, (await http.DeleteAsync($"/tcp/connections/{id}", Cancelled)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await http.DeleteAsync("/tcp/connections/x", Cancelled)).StatusCode);
    }

    [Fact]
    public async Task ReadyWhenEveryChannelListens()
    {
        using var service = new ServiceFixture();
        using var http = service.CreateClient();
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/health/ready/tcp", Cancelled)).StatusCode);
    }
}
