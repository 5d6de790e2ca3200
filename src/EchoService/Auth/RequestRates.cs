using System.Globalization;
using System.Net;
using System.Threading.RateLimiting;
using EchoService.Http;
using EchoService.Tcp;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;

namespace EchoService.Auth;

/// <summary>How many requests a second one key and one address may send: a bucket of tokens each, forgotten when it is full again.</summary>
/// <remarks>Not the framework's middleware: that makes a limiter for endpoints too, whose timer nobody ends.</remarks>
internal sealed class RequestRates : IDisposable
{
    private static readonly TimeSpan s_period = TimeSpan.FromMilliseconds(100);

    private readonly PartitionedRateLimiter<HttpContext>[] _limiters;

    public RequestRates(IOptions<HttpOptions> http)
    {
        var limits = http.Value.Limits;
        _limiters = limits.RequestsPerSecond > 0
            ?
            [
                PartitionedRateLimiter.Create<HttpContext, ClientNetwork>(context => Bucket(NetworkOf(context), limits)),
                PartitionedRateLimiter.Create<HttpContext, string>(context => context.User.Owner() is { } name
                    ? Bucket(name, limits)
                    : RateLimitPartition.GetNoLimiter("")),
            ]
            : [];
    }

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var limiters = context.GetEndpoint()?.Metadata.GetMetadata<DisableRateLimitingAttribute>() is null ? _limiters : [];
        foreach (var limiter in limiters)
        {
            if (!TryTake(limiter, context))
            {
                return RefuseAsync(context);
            }
        }

        return next(context);
    }

    public void Dispose() => Array.ForEach(_limiters, limiter => limiter.Dispose());

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

    private static bool TryTake(PartitionedRateLimiter<HttpContext> limiter, HttpContext context)
    {
        using var lease = limiter.AttemptAcquire(context);
        if (!lease.IsAcquired)
        {
            var wait = lease.TryGetMetadata(MetadataName.RetryAfter, out var time) ? Math.Max(1, (int)Math.Ceiling(time.TotalSeconds)) : 1;
            context.Response.Headers.RetryAfter = wait.ToString(CultureInfo.InvariantCulture);
        }

        return lease.IsAcquired;
    }

    private static Task RefuseAsync(HttpContext context) => Problem.Of(
        StatusCodes.Status429TooManyRequests, "tooManyRequests", "More requests a second than Http:Limits:RequestsPerSecond allows: wait as Retry-After says.")
        .ExecuteAsync(context);
}
