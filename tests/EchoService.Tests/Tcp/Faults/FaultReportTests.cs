using System.Net.Http.Json;
using System.Text.Json;
using EchoService.Tcp;
using EchoService.Tests.Tcp.Tls;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Tcp.Faults;

public sealed class FaultReportTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task EachFaultThatFiredIsInTheLogTheMetricAndTheConnectionList()
    {
        using var service = await FaultSteps.ServeAsync("""[{"type":"Latency","delayMs":1},{"type":"Corrupt","direction":"in"},{"type":"LimitData","bytes":100}]""");
        using var http = service.CreateClient();
        var metrics = await http.GetStringAsync("/metrics", Cancelled);
        foreach (var fault in new[] { "Latency", "Bandwidth", "Slicer", "Blackhole", "LimitData", "LimitTime", "SlowClose", "Reset", "Corrupt", "Refuse" })
        {
            Assert.Contains($"echoservice_tcp_faults_total{{channel=\"echo\",fault=\"{fault}\"}} 0\n", metrics, StringComparison.Ordinal);
        }

        using var client = await TcpPeer.ConnectAsync(service);
        await client.SendAsync("abc");
        await client.ReadAsync(3);
        await client.SendAsync("def");
        await client.ReadAsync(3);

        metrics = await http.GetStringAsync("/metrics", Cancelled);
        Assert.Contains("echoservice_tcp_faults_total{channel=\"echo\",fault=\"Latency\"} 1\n", metrics, StringComparison.Ordinal);
        Assert.Contains("echoservice_tcp_faults_total{channel=\"echo\",fault=\"Corrupt\"} 1\n", metrics, StringComparison.Ordinal);
        Assert.Contains("echoservice_tcp_faults_total{channel=\"echo\",fault=\"LimitData\"} 0\n", metrics, StringComparison.Ordinal);
        Assert.Contains("echoservice_tcp_faults_total{channel=\"discard\",fault=\"Latency\"} 0\n", metrics, StringComparison.Ordinal);
        await service.Logs.WaitForAsync($"Fault Latency (Out) on echo for {client.Socket.LocalEndPoint}, connection 1 since the list was set");
        await service.Logs.WaitForAsync($"Fault Corrupt (In) on echo for {client.Socket.LocalEndPoint}");
        var list = await http.GetFromJsonAsync<JsonElement>("/tcp/connections", Cancelled);
        Assert.Equal(["Corrupt", "Latency"], list.GetProperty("items")[0].GetProperty("faults").EnumerateArray().Select(fault => fault.GetString()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task FaultsStandAboveTls()
    {
        using var authority = new TestAuthority();
        using var service = await FaultSteps.ServeAsync(
            """[{"type":"Corrupt","seed":7},{"type":"LimitData","bytes":50}]""", Settings(authority));
        for (var n = 0; n < 5; n++)
        {
            using var client = await TlsPeer.ConnectAsync(service, authority);
            await client.SendAsync(new string('x', 80));
            var received = new byte[100];
            Assert.Equal(50, await client.Stream.ReadAtLeastAsync(received, 100, throwOnEndOfStream: false, Cancelled));
            Assert.DoesNotContain((byte)'x', received[..50]);
        }

        await service.HasClosedAsync(CloseReason.Fault, 5);
    }

    [Fact]
    public async Task AResetCutsATlsSessionWithoutAFarewell()
    {
        using var authority = new TestAuthority();
        using var service = await FaultSteps.ServeAsync("""[{"type":"Reset"}]""", Settings(authority));
        using var client = await TlsPeer.ConnectAsync(service, authority);
        await client.SendAsync("a\n");
        await Assert.ThrowsAsync<IOException>(() => client.ReadToEndAsync());
    }

    [Fact]
    public async Task FaultsHoldOverWebSocketToo()
    {
        using var service = await FaultSteps.ServeAsync("""[{"type":"Latency","delayMs":50},{"type":"LimitData","bytes":5000}]""");
        using var http = service.CreateClient();
        using var socket = new System.Net.WebSockets.ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(http.BaseAddress!) { Scheme = "ws", Path = "/tcp/echo" }.Uri, Cancelled);
        await FaultSteps.WithinAsync(45, 55, () => FaultSteps.TimeAsync(async () =>
        {
            await socket.SendAsync("x"u8.ToArray(), System.Net.WebSockets.WebSocketMessageType.Text, true, Cancelled);
            var result = await socket.ReceiveAsync(new byte[10], Cancelled);
            Assert.Equal(1, result.Count);
        }));
        Assert.Equal("Latency", Assert.Single(Assert.Single(service.Connections()).FiredFaults).ToString());
    }

    private static (string Key, string? Value)[] Settings(TestAuthority authority)
    {
        using var issued = authority.Issue("echo.example");
        var (certificate, key) = authority.WritePair("echo", issued);
        return [("Tcp:Channels:echo:Tls:Certificate:Path", certificate), ("Tcp:Channels:echo:Tls:Certificate:KeyPath", key)];
    }
}
