using System.Net;
using EchoService.Health;
using EchoService.Tests.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EchoService.Tests.Health;

public sealed class HealthTests
{
    [Theory]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    [InlineData("/health/ready/tcp")]
    [InlineData("/health/ready/downloads")]
    public async Task AStartedServiceIsReady(string path)
    {
        using var service = new ServiceFixture();
        using var client = service.CreateClient();
        var answer = await client.GetStringAsync(path, TestContext.Current.CancellationToken);
        Assert.Contains("\"status\":\"Healthy\"", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OneHalfThatIsNotReadyLeavesTheOtherReady()
    {
        await using var app = await StartAsync(checks => checks.AddCheck("disk", () => HealthCheckResult.Unhealthy("full"), [HealthEndpoints.DownloadsTag]));
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(client, "/health/ready"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(client, "/health/ready/downloads"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, "/health/ready/tcp"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, "/health/live"));
    }

    [Fact]
    public async Task IsNotReadyFromTheMomentItIsToldToStop()
    {
        await using var app = await StartAsync(_ => { });
        var checks = app.Services.GetRequiredService<HealthCheckService>();
        Assert.Equal(HealthStatus.Healthy, (await checks.CheckHealthAsync(TestContext.Current.CancellationToken)).Status);
        app.Lifetime.StopApplication();
        Assert.Equal(HealthStatus.Unhealthy, (await checks.CheckHealthAsync(TestContext.Current.CancellationToken)).Status);
    }

    private static async Task<WebApplication> StartAsync(Action<IHealthChecksBuilder> addChecks)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddHealth();
        addChecks(builder.Services.AddHealthChecks());
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.MapHealth();
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, string path)
    {
        using var response = await client.GetAsync(path, TestContext.Current.CancellationToken);
        return response.StatusCode;
    }
}
