using System.Globalization;
using System.Net;
using EchoService.Tcp.Faults;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace EchoService.Lab;

/// <summary>The faults that know HTTP, drawn for each request by its number since the start.</summary>
internal sealed class HttpFaults(RequestDelegate next, LabServer server, ILogger logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null; // slowness is what the lab is for
        }

        var number = server.HttpFaults.NextNumber();
        foreach (var (n, fault) in server.HttpFaults.Options.Index())
        {
            if (!server.HttpFaults.Hits(n, number, new IPEndPoint(context.Connection.RemoteIpAddress!, context.Connection.RemotePort)))
            {
                continue;
            }

            Tell(fault.Type!.Value, context, number);
            if (fault.Type == FaultType.HttpError)
            {
                await FailAsync(context.Response, fault);
                return;
            }

            context.Response.Body = new TruncatedBody(context.Response, fault.Bytes);
        }

        await next(context);
    }

    private static Task FailAsync(HttpResponse response, FaultOptions fault)
    {
        response.StatusCode = fault.Status!.Value;
        if (fault.RetryAfter is { } seconds)
        {
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        return response.WriteAsync("The lab was told to fail.\n");
    }

    private void Tell(FaultType type, HttpContext context, long number)
    {
        server.Faults.Count(type);
        logger.Fired(type, server.Faults.Name, context.Request.Path, number);
    }
}
