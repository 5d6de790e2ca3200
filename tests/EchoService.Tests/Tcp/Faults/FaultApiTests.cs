using System.Net;
using System.Text.Json;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Tcp.Faults;

public sealed class FaultApiTests
{
    private const string Path = "/tcp/channels/echo/faults";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ReadsWhatIsConfiguredSetsAndEmpties()
    {
        using var service = new ServiceFixture(("Tcp:Channels:echo:Faults:0:Type", "LimitTime"), ("Tcp:Channels:echo:Faults:0:AfterMs", "60000"));
        using var http = service.CreateClient();
        Assert.Equal(
            """[{"type":"LimitTime","afterMs":60000,"direction":"out","probability":1,"seed":0,"clients":[]}]""", await http.GetStringAsync(Path, Cancelled));

        const string List = """[{"type":"Latency","delayMs":10.5,"jitterMs":2,"direction":"in","probability":0.25,"seed":-7,"clients":["10.0.0.0/8","::1"]},{"type":"Slicer","sliceBytes":3,"direction":"out","probability":1,"seed":0,"clients":[]}]""";
        using var put = await http.PutAsync(Path, FaultSteps.Json(List), Cancelled);
        Assert.Equal(HttpStatusCode.OK, put.StatusCode);
        Assert.Equal(List, await put.Content.ReadAsStringAsync(Cancelled));
        Assert.Equal(List, await http.GetStringAsync(Path, Cancelled));
        using var channels = JsonDocument.Parse(await http.GetStringAsync("/tcp/channels", Cancelled));
        Assert.Equal(List, channels.RootElement.GetProperty("items")[0].GetProperty("faults").GetRawText());

        using var deleted = await http.DeleteAsync(Path, Cancelled);
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        Assert.Equal("[]", await http.GetStringAsync(Path, Cancelled));
    }

    [Fact]
    public async Task ANewListIsForConnectionsAcceptedAfterwards()
    {
        using var service = await FaultSteps.ServeAsync("[]");
        using var before = await TcpPeer.ConnectAsync(service);
        await before.SendAsync("a\n");
        await before.ExpectAsync("a\n");
        await service.SetFaultsAsync("""[{"type":"Reset"}]""");
        using var after = await TcpPeer.ConnectAsync(service);
        await Eventually.True(() => service.Connections().Count == 2, "the second connection is accepted");
        await before.SendAsync("b\n");
        await before.ExpectAsync("b\n");
        await service.SetFaultsAsync("[]");
        await after.SendAsync("c\n");
        await after.ExpectResetAsync();
    }

    [Theory]
    [InlineData("""[{"type":"Latency"}]""", "[0].delayMs", "[0].delayMs is missing: Latency needs it.")]
    [InlineData("""[{"type":"Reset","delayMs":1}]""", "[0].delayMs", "[0].delayMs must not be set: Reset has no such field.")]
    [InlineData("""[{"type":"Reset"},{"type":"Latncy"}]""", "[1].type", "[1].type must be one of Latency, Bandwidth, Slicer, Blackhole, LimitData, LimitTime, SlowClose, Reset, Corrupt, Refuse.")]
    [InlineData("""[{"type":"HttpError"}]""", "[0].type", "[0].type must be one of Latency, Bandwidth, Slicer, Blackhole, LimitData, LimitTime, SlowClose, Reset, Corrupt, Refuse.")]
    [InlineData("""[{"delayMs":1}]""", "[0].type", "[0].type must be one of Latency, Bandwidth, Slicer, Blackhole, LimitData, LimitTime, SlowClose, Reset, Corrupt, Refuse.")]
    [InlineData("""[{"type":"Refuse","probability":1.5}]""", "[0].probability", "[0].probability must be between 0 and 1.")]
    [InlineData("""[{"type":"Refuse","probability":"1"}]""", "[0].probability", "[0].probability must be a number.")]
    [InlineData("""[{"type":"Refuse","direction":"up"}]""", "[0].direction", "[0].direction must be in or out.")]
    [InlineData("""[{"type":"Refuse","clients":["10.0.0.0/33"]}]""", "[0].clients", "[0].clients must be networks such as 10.0.0.0/8, or addresses; '10.0.0.0/33' is neither.")]
    [InlineData("""[{"type":"Refuse","clients":"10.0.0.0/8"}]""", "[0].clients", "[0].clients must be an array of networks such as \"10.0.0.0/8\".")]
    [InlineData("""[{"type":"Bandwidth","bytesPerSecond":0}]""", "[0].bytesPerSecond", "[0].bytesPerSecond must be between 1 and 1000000000000.")]
    [InlineData("""[{"type":"LimitData","bytes":1.5}]""", "[0].bytes", "[0].bytes must be a whole number.")]
    [InlineData("""[{"type":"Refuse","dleayMs":1}]""", "[0].dleayMs", null)]
    [InlineData("""{"type":"Refuse"}""", "faults", "The body must be an array of faults.")]
    public async Task ABadListIsRefusedWholeWithEachWrongField(string list, string field, string? message)
    {
        using var service = await FaultSteps.ServeAsync("""[{"type":"Latency","delayMs":1}]""");
        using var http = service.CreateClient();
        using var put = await http.PutAsync(Path, FaultSteps.Json(list), Cancelled);
        Assert.Equal(HttpStatusCode.BadRequest, put.StatusCode);
        Assert.Equal("application/problem+json", put.Content.Headers.ContentType?.MediaType);
        using var problem = JsonDocument.Parse(await put.Content.ReadAsStringAsync(Cancelled));
        Assert.Equal("invalidRequest", problem.RootElement.GetProperty("code").GetString());
        var error = Assert.Single(problem.RootElement.GetProperty("errors").GetProperty(field).EnumerateArray());
        Assert.True(message is null || message == error.GetString(), error.GetString());
        Assert.Contains("Latency", await http.GetStringAsync(Path, Cancelled), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatIsNoJsonAndWhatIsNoChannelIsToldAsEverywhere()
    {
        using var service = new ServiceFixture();
        using var http = service.CreateClient();
        using var malformed = await http.PutAsync(Path, FaultSteps.Json("[{"), Cancelled);
        Assert.Equal(HttpStatusCode.BadRequest, malformed.StatusCode);
        Assert.Contains("\"malformedJson\"", await malformed.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
        using var text = await http.PutAsync(Path, new StringContent("[]"), Cancelled);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, text.StatusCode);
        using var unknown = await http.GetAsync("/tcp/channels/nothing/faults", Cancelled);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    [Fact]
    public async Task TheApiDescriptionHasTheRoutesAndTheFields()
    {
        using var service = new ServiceFixture();
        using var http = service.CreateClient();
        using var api = JsonDocument.Parse(await http.GetStringAsync("/openapi/v1.json", Cancelled));
        var path = api.RootElement.GetProperty("paths").GetProperty("/tcp/channels/{name}/faults");
        Assert.Equal(["delete", "get", "put"], path.EnumerateObject().Select(method => method.Name).Order(StringComparer.Ordinal));
        Assert.True(path.GetProperty("put").TryGetProperty("requestBody", out _));
        Assert.True(api.RootElement.GetProperty("components").GetProperty("schemas").GetProperty("FaultAnswer").GetProperty("properties").TryGetProperty("bytesPerSecond", out _));
    }

    [Theory]
    [InlineData("Tcp:Channels:echo:Faults:0:Type", "Latncy", "Tcp:Channels:echo:Faults:0:Type is 'Latncy', but must be one of Latency")]
    [InlineData("Tcp:Channels:echo:Faults:0:Type", "Latency", "Tcp:Channels:echo:Faults:0:DelayMs is missing: Latency needs it")]
    [InlineData("Tcp:Channels:echo:Faults:0:Type", "Truncate", "Tcp:Channels:echo:Faults:0:Type must be one of Latency, Bandwidth")]
    [InlineData("Tcp:Channels:echo:Faults:0:Seed", "1", "Tcp:Channels:echo:Faults:0:Type must be one of Latency, Bandwidth")]
    [InlineData("Tcp:Channels:echo:Faults:0:Delay", "1", "Tcp:Channels:echo:Faults:0:Delay is not a setting")]
    public async Task ABadConfiguredFaultIsRefusedInOneLine(string key, string value, string expected)
    {
        await using var service = ServiceProcess.Create((key, value));
        service.Launch();
        Assert.Equal(2, await service.ExitAsync());
        Assert.StartsWith(expected, Assert.Single(service.Errors.Snapshot()), StringComparison.Ordinal);
    }
}
