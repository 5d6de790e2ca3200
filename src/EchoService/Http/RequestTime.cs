using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.Extensions.Options;

namespace EchoService.Http;

/// <summary>Until when a request has to be answered. Routes that stream say so with <c>DisableRequestTimeout</c>.</summary>
internal static class RequestTime
{
    public static void AddRequestTime(this IServiceCollection services)
    {
        services.AddRequestTimeouts();
        services.AddOptions<RequestTimeoutOptions>().Configure<IOptions<HttpOptions>>((timeouts, http) => timeouts.DefaultPolicy = new RequestTimeoutPolicy
        {
            Timeout = TimeSpan.FromSeconds(http.Value.Limits.RequestSeconds),
            TimeoutStatusCode = StatusCodes.Status503ServiceUnavailable,
            WriteTimeoutResponse = context => Problem.Of(
                StatusCodes.Status503ServiceUnavailable, "tooSlow", "The service could not answer in time. Ask how far it is, or try again later.").ExecuteAsync(context),
        });
    }
}
