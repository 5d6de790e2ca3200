using EchoService.Downloads.Watching;
using EchoService.Http;

namespace EchoService.Downloads;

/// <summary><c>GET /downloads/{id}/events</c>: a job as it goes on, as server-sent events.</summary>
/// <remarks>
/// The events are written by hand and not by <c>TypedResults.ServerSentEvents</c>: that writes each event anew for each watcher, and knows
/// no comments (heartbeats).
/// </remarks>
internal static class EventsEndpoint
{
    public static void MapEvents(this IEndpointRouteBuilder downloads) => downloads.MapGet("/{id}/events", WatchAsync)
        .Produces(StatusCodes.Status200OK, contentType: "text/event-stream")
        .Produces(StatusCodes.Status204NoContent)
        .WithSummary("Server-sent events: a snapshot of the job, deltas at most 4 a second, an end. Last-Event-ID goes on where a stream broke off.")
        .DisableRequestTimeout();

    private static async Task WatchAsync(
        string id, HttpContext context, JobFeeds feeds, IHostApplicationLifetime lifetime, CancellationToken cancellationToken)
    {
        if (await feeds.FindAsync(id, cancellationToken) is not { } feed)
        {
            await Problem.NotFound("There is no such job.").ExecuteAsync(context);
            return;
        }

        var last = context.Request.Headers["Last-Event-ID"].ToString();
        if (feed.IsSeen(last))
        {
            // The one answer after which a browser's EventSource does not come again.
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }

        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers["X-Accel-Buffering"] = "no";
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        try
        {
            // A watcher that does not read holds one write, and Kestrel's minimum data rate ends it; meanwhile the ring moves on without it.
            await foreach (var text in feed.WatchAsync(last, ending.Token))
            {
                await context.Response.Body.WriteAsync(text, ending.Token);
                await context.Response.Body.FlushAsync(ending.Token);
            }
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // The watcher has left, or the service ends: it may come again.
        }
    }
}
