using System.Globalization;
using System.Net;
using System.Threading.RateLimiting;
using EchoService.Http;
using EchoService.Tcp;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;

namespace EchoService.Auth;

/// <summary>How many requests a second one key and one address may send: a bucket of tokens each, forgotten when it is full again.</summary>
internal static class RequestRates
{
    private static readonly TimeSpan s_period = TimeSpan.FromMilliseconds(100);

    public static void AddRequestRates(this IServiceCollection services)
    {
        services.AddRateLimiter(static limiter => limiter.OnRejected = RefuseAsync);
        services.AddOptions<RateLimiterOptions>().Configure<IOptions<HttpOptions>>(static (limiter, http) =>
        {
            if (http.Value.Limits is { RequestsPerSecond: > 0 } limits)
            {
                limiter.GlobalLimiter = PartitionedRateLimiter.CreateChained(
                    PartitionedRateLimiter.Create<HttpContext, ClientNetwork>(context => Bucket(NetworkOf(context), limits)),
                    PartitionedRateLimiter.Create<HttpContext, string>(context => context.User.Owner() is { } name
                        ? Bucket(name, limits)
                        : RateLimitPartition.GetNoLimiter("")));
            }
        });
    }

    private static RateLimitPartition<TKey> Bucket<TKey>(TKey client, HttpLimitsOptions limits) => RateLimitPartition.GetTokenBucketLimiter(
        client,
        _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = limits.Burst,
            TokensPerPeriod = Math.Max(1, (int)(limits.RequestsPerSecond * s_period.TotalSeconds)),
            ReplenishmentPeriod = limits.RequestsPerSecond * s_period.TotalSeconds < 1 ? TimeSpan.FromSeconds(1.0 / limits.RequestsPerSecond) : s_period,
        });

    private static ClientNetwork NetworkOf(HttpContext context) =>
        context.Connection.RemoteIpAddress is { } address && ClientNetwork.Of(new IPEndPoint(address, 0)) is { } network ? network : default;

    private static async ValueTask RefuseAsync(OnRejectedContext refused, CancellationToken cancellationToken)
    {
        var wait = refused.Lease.TryGetMetadata(MetadataName.RetryAfter, out var time) ? Math.Max(1, (int)Math.Ceiling(time.TotalSeconds)) : 1;
        refused.HttpContext.Response.Headers.RetryAfter = wait.ToString(CultureInfo.InvariantCulture);
        await Problem.Of(
            StatusCodes.Status429TooManyRequests, "tooManyRequests", "More requests a second than Http:Limits:RequestsPerSecond allows: wait as Retry-After says.")
            .ExecuteAsync(refused.HttpContext);
    }
}
