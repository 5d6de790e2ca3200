using System.Globalization;
using System.Net;
using EchoService.Http;
using EchoService.Tcp;
using Microsoft.Extensions.Options;

namespace EchoService.Auth;

/// <summary>How many requests a second one key and one address may send.</summary>
/// <remarks>Not the framework's limiter: it wakes the process ten times a second for each rule, also where nobody asks anything.</remarks>
internal sealed class RequestRates
{
    /// <summary>Metadata of an endpoint whose requests are not counted.</summary>
    public static readonly object NotCounted = new NotCountedMark();

    private readonly ClientRates<ClientNetwork>? _addresses;
    private readonly ClientRates<string>? _keys;

    public RequestRates(IOptions<HttpOptions> http, TimeProvider time)
    {
        var limits = http.Value.Limits;
        if (limits.RequestsPerSecond > 0)
        {
            _addresses = new(limits.RequestsPerSecond, limits.Burst, time);
            _keys = new(limits.RequestsPerSecond, limits.Burst, time);
        }
    }

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var wait = context.GetEndpoint()?.Metadata.GetMetadata<NotCountedMark>() is null ? Take(context) : TimeSpan.Zero;
        return wait == TimeSpan.Zero ? next(context) : RefuseAsync(context, wait);
    }

    private TimeSpan Take(HttpContext context)
    {
        var wait = _addresses?.Take(NetworkOf(context)) ?? TimeSpan.Zero;
        return wait == TimeSpan.Zero && context.User.Owner() is { } name ? _keys?.Take(name) ?? TimeSpan.Zero : wait;
    }

    private static ClientNetwork NetworkOf(HttpContext context) =>
        context.Connection.RemoteIpAddress is { } address && ClientNetwork.Of(new IPEndPoint(address, 0)) is { } network ? network : default;

    private static Task RefuseAsync(HttpContext context, TimeSpan wait)
    {
        context.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return Problem.Of(
            StatusCodes.Status429TooManyRequests, "tooManyRequests", "More requests a second than Http:Limits:RequestsPerSecond allows: wait as Retry-After says.")
            .ExecuteAsync(context);
    }

    private sealed class NotCountedMark;
}
