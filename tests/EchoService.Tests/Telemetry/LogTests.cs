using System.Text.Json;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Telemetry;

public sealed class LogTests
{
    [Fact]
    public async Task WritesAJsonObjectALineWhereAskedTo()
    {
        await using var service = ServiceProcess.Create(("Logging:Console:FormatterName", "Json"));
        service.Launch();
        var line = await service.Output.WaitForAsync("Serving http on ", TestContext.Current.CancellationToken);
        using var json = JsonDocument.Parse(line);
        Assert.StartsWith("Serving http on 127.0.0.1:", json.RootElement.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal("Information", json.RootElement.GetProperty("level").GetString());
        Assert.Equal("EchoService.Http.HttpDoor", json.RootElement.GetProperty("SourceContext").GetString());
        Assert.Equal(TimeSpan.Zero, json.RootElement.GetProperty("time").GetDateTimeOffset().Offset);
        Assert.Equal(0, await service.StopAsync());
        Assert.All(service.Output.Snapshot(), each => JsonDocument.Parse(each).Dispose());
    }

    [Fact]
    public async Task SaysNothingOfRequestsThatGoWell()
    {
        await using var service = await ServiceProcess.StartAsync();
        await service.Client.GetStringAsync("/hello", TestContext.Current.CancellationToken);
        Assert.Equal(0, await service.StopAsync());
        var lines = service.Output.Snapshot().Where(line => !SlowHeartbeat.IsToldBy(line)).ToList();
        Assert.All(lines.SkipLast(1), line => Assert.Contains(" INF Serving ", line, StringComparison.Ordinal));
        Assert.Contains(" INF Stopping: ", lines[^1], StringComparison.Ordinal);
    }
}
