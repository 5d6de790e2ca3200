using System.Security.Claims;
using EchoService.Auth;
using EchoService.Downloads.Engine;
using EchoService.Downloads.Intake;
using EchoService.Downloads.Jobs;
using EchoService.Downloads.Store;
using EchoService.Health;
using EchoService.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace EchoService.Downloads;

internal static class DownloadsEndpoints
{
    /// <summary>The engine, with its readiness.</summary>
    public static void AddDownloadsApi(this IServiceCollection services)
    {
        services.AddDownloads();
        services.AddHealthChecks().AddCheck<DownloadsHealthCheck>("downloads", tags: [HealthEndpoints.DownloadsTag]);
    }

    public static void MapDownloads(this IEndpointRouteBuilder routes)
    {
        var downloads = routes.MapGroup("/downloads").WithTags("Downloads").AddEndpointFilter(JobOwnership.InvokeAsync);
        var reading = downloads.MapGroup("").RequireScope(Scope.DownloadsRead);
        var writing = downloads.MapGroup("").RequireScope(Scope.DownloadsWrite);
        writing.MapPost("/", SubmitAsync)
            .Accepts<ListRequest>("application/json", "text/plain", "application/x-ndjson")
            .WithSummary("Takes a list of URLs: JSON, or a URL or an item a line with the options as query parameters.")
            .WithMetadata(
                new ProblemCodes(StatusCodes.Status400BadRequest, "malformedJson", "emptyList", "invalidOptions", "invalidIdempotencyKey"),
                new ProblemCodes(StatusCodes.Status409Conflict, "idempotencyInFlight"),
                new ProblemCodes(StatusCodes.Status413PayloadTooLarge, "tooManyItems", "bodyTooLarge"),
                new ProblemCodes(StatusCodes.Status415UnsupportedMediaType, "unsupportedMediaType", "compressedBody"),
                new ProblemCodes(StatusCodes.Status422UnprocessableEntity, "idempotencyMismatch"),
                new ProblemCodes(StatusCodes.Status429TooManyRequests, "tooManyRequests", "queueFull"),
                new ProblemCodes(StatusCodes.Status507InsufficientStorage, "storageQuota"),
                new RequestExample("application/json", """{"urls": ["https://example.org/a.pdf", "https://example.org/b.pdf"], "name": "papers", "concurrency": 2}"""),
                new RequestExample("text/plain", "https://example.org/a.pdf\nhttps://example.org/b.pdf\n"),
                new RequestExample("application/x-ndjson", """{"url": "https://example.org/a.pdf", "fileName": "first.pdf"}""" + "\n"))
            .DisableRequestTimeout();
        reading.MapGet("/", ListAsync).WithSummary("Jobs, newest first.");
        reading.MapGet("/{id}", GetAsync).WithSummary("A job and how far it is.");
        writing.MapDelete("/{id}", DeleteAsync).WithSummary("Cancels a job and removes it with its files.");
        writing.MapControl();
        reading.MapEvents();
        reading.MapItems();
        reading.MapExports();
        routes.MapFetch();
    }

    private static async Task<Results<Accepted<JobAnswer>, ProblemHttpResult>> SubmitAsync(
        HttpContext context, JobIntake intake, JobReader jobs, IOptions<HttpOptions> http, [FromHeader(Name = "Idempotency-Key")] string? requestKey, CancellationToken cancellationToken)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = http.Value.MaxListBytes; // streamed, and so longer than what is held in memory
        }

        if (ListBody.ReaderOf(context.Request) is not { } read)
        {
            return Problem.OfStatus(StatusCodes.Status415UnsupportedMediaType);
        }

        try
        {
            var job = await intake.SubmitAsync(read, context.User.Owner(), requestKey, cancellationToken);
            return TypedResults.Accepted($"/downloads/{job.Id}", jobs.Read(job));
        }
        catch (ListException refused)
        {
            if (refused.Code == "queueFull")
            {
                context.Response.Headers.RetryAfter = "60"; // nobody knows when; often enough to notice, seldom enough to cost nothing
            }

            return refused.Errors is { } errors
                ? Problem.Invalid(errors.ToDictionary(), refused.Code)
                : Problem.Of(StatusOf(refused.Code), refused.Code, refused.Message);
        }
    }

    private static int StatusOf(string code) => code switch
    {
        "tooManyItems" => StatusCodes.Status413PayloadTooLarge,
        "queueFull" => StatusCodes.Status429TooManyRequests,
        "storageQuota" => StatusCodes.Status507InsufficientStorage,
        "idempotencyInFlight" => StatusCodes.Status409Conflict,
        "idempotencyMismatch" => StatusCodes.Status422UnprocessableEntity,
        _ => StatusCodes.Status400BadRequest,
    };

    private static async Task<Results<Ok<ListPage<JobAnswer>>, ProblemHttpResult>> ListAsync(
        IDownloadStore store, JobReader jobs, ClaimsPrincipal user, string? state, int? limit, string? cursor, CancellationToken cancellationToken)
    {
        var query = new ListQuery(limit, cursor);
        if (!query.TryRead(out var before, out var field))
        {
            return Problem.Invalid(field, field == "limit" ? "limit must be 1 or more." : "cursor is not one that a list has given.");
        }

        JobState? wanted = null;
        if (state is not null && !TryState(state, out wanted))
        {
            return Problem.Invalid("state", "state must be scheduled, running, paused, completed or cancelled.");
        }

        var page = await store.ListJobsAsync(user.Owner(), wanted, before, query.Rows, cancellationToken);
        return TypedResults.Ok(new ListPage<JobAnswer>([.. page.Items.Select(job => jobs.Read(job))], ListQuery.ToCursor(page.Next)));
    }

    private static async Task<Results<Ok<JobAnswer>, ProblemHttpResult>> GetAsync(string id, JobReader jobs, CancellationToken cancellationToken) =>
        await jobs.FindAsync(id, cancellationToken) is { } job ? TypedResults.Ok(job) : Problem.NotFound("There is no such job.");

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(string id, JobControl control, CancellationToken cancellationToken) =>
        await control.DeleteAsync(id, cancellationToken) == ControlResult.NotFound
            ? Problem.NotFound("There is no such job.")
            : TypedResults.NoContent();

    private static bool TryState(string text, out JobState? state)
    {
        state = text switch
        {
            "scheduled" => JobState.Scheduled,
            "running" => JobState.Running,
            "paused" => JobState.Paused,
            "completed" => JobState.Completed,
            "cancelled" => JobState.Cancelled,
            _ => null,
        };
        return state is not null;
    }
}
