using EchoService.Health;
using EchoService.Http;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace EchoService.Tcp;

/// <summary>The TCP half in this host: the channels, their readiness, and the one port that they share a machine with.</summary>
internal static class TcpHost
{
    public static void AddTcp(this IServiceCollection services)
    {
        services.AddTcpChannels();
        services.AddSingleton<IValidateOptions<TcpOptions>, HttpPortRule>();
        services.AddHealthChecks().AddCheck<ChannelsHealthCheck>("channels", tags: [HealthEndpoints.TcpTag]);
    }
}

/// <summary>Unhealthy while a channel does not listen yet, or the service drains.</summary>
internal sealed class ChannelsHealthCheck(TcpReadiness readiness) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(readiness.NotReadyBecause is { } reason ? HealthCheckResult.Unhealthy(reason) : HealthCheckResult.Healthy());
}

/// <summary>Refuses a channel on the port of HTTP.</summary>
internal sealed class HttpPortRule(IOptions<HttpOptions> http) : IValidateOptions<TcpOptions>
{
    public ValidateOptionsResult Validate(string? name, TcpOptions options)
    {
        var clash = options.Channels.FirstOrDefault(channel => channel.Value.Enabled && http.Value.Port > 0
            && channel.Value.Port == http.Value.Port && ListenAddress.Overlap(channel.Value.Address, http.Value.Address));
        return clash.Key is null
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail($"Tcp:Channels:{clash.Key}:Port must not be {http.Value.Port}: Http:Port has it");
    }
}
