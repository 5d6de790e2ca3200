using EchoService.Tests.Testing;

namespace EchoService.Tests.Telemetry;

public sealed class PrometheusTests
{
    [Fact]
    public async Task ARealPrometheusFindsTheServiceUp()
    {
        Tool.Require("prometheus");
        using var service = new ServiceFixture();
        using var client = service.CreateClient();
        await using var prometheus = new PrometheusServer(client.BaseAddress!);
        await Eventually.Passes(
            async () =>
            {
                Assert.Equal(["1"], await prometheus.QueryAsync("up"));
                Assert.Equal(["1"], await prometheus.QueryAsync("echoservice_build_info{version=\"0.1.0\"}"));
            },
            TimeSpan.FromSeconds(40));
    }
}
