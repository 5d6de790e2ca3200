using System.Net;
using Microsoft.Extensions.Options;

namespace EchoService.Http;

/// <summary>
/// Refuses requests that address a foreign name. A page can make a browser reach a loopback service under the page's own name
/// (DNS rebinding); the Host header gives that away.
/// </summary>
internal sealed class HostFilter(RequestDelegate next, IOptions<HttpOptions> options, ILogger<HostFilter> log)
{
    private readonly bool _loopbackOnly = options.Value.AllowedHosts.Count == 0 && IsLoopback(options.Value.Address);
    private readonly bool _any = options.Value.AllowedHosts.Contains("*") || (options.Value.AllowedHosts.Count == 0 && !IsLoopback(options.Value.Address));

    public Task InvokeAsync(HttpContext context)
    {
        var host = context.Request.Host.Host;
        if (_any || host.Length == 0 || (_loopbackOnly ? IsLoopback(host) : options.Value.AllowedHosts.Contains(host, StringComparer.OrdinalIgnoreCase)))
        {
            return next(context);
        }

        log.HostRefused(host);
        return Problem.Of(StatusCodes.Status400BadRequest, "hostNotAllowed", "This name is not one of the service's: see Http:AllowedHosts.")
            .ExecuteAsync(context);
    }

    private static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
}
