using EchoService.Downloads.Engine;
using EchoService.Downloads.Fetching;
using EchoService.Downloads.Jobs;
using EchoService.Downloads.Store;
using EchoService.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace EchoService.Downloads;

/// <summary>What is done to a job, or to one of its items, while it is there.</summary>
internal static class ControlEndpoints
{
    public static void MapControl(this IEndpointRouteBuilder downloads)
    {
        downloads.MapPost("/{id}/pause", PauseAsync).WithSummary("Stops a running job until it is resumed; transfers are broken off and use up no attempt.").WithMetadata(new ProblemCodes(StatusCodes.Status409Conflict, "jobNotRunning"));
        downloads.MapPost("/{id}/resume", ResumeAsync).WithSummary("Lets a paused job go on.").WithMetadata(new ProblemCodes(StatusCodes.Status409Conflict, "jobNotPaused"));
        downloads.MapPost("/{id}/cancel", CancelAsync).WithSummary("Cancels what has not ended.").WithMetadata(new ProblemCodes(StatusCodes.Status409Conflict, "jobEnded"));
        downloads.MapPost("/{id}/retry", RetryAsync).WithSummary("Queues failed items again, all or those with one errorCode; an ended job runs again.").WithMetadata(new ProblemCodes(StatusCodes.Status409Conflict, "jobNotRetryable", "nothingToRetry"));
        downloads.MapPost("/{id}/items/{n:int}", ReplaceUrlAsync)
            .WithSummary("A new URL for an item that is queued, failed or cancelled; an ended job runs again.")
            .WithMetadata(new RequestExample("application/json", """{"url": "https://example.org/a.pdf"}"""))
            .WithMetadata(new ProblemCodes(StatusCodes.Status409Conflict, "itemRunning", "itemEnded"));
    }

    private static async Task<Results<Accepted<JobAnswer>, ProblemHttpResult>> PauseAsync(
        string id, JobControl control, JobReader jobs, CancellationToken cancellationToken) =>
        await AnswerAsync(await control.PauseAsync(id, cancellationToken), id, jobs, "jobNotRunning", "Only a running job can be paused.");

    private static async Task<Results<Accepted<JobAnswer>, ProblemHttpResult>> ResumeAsync(
        string id, JobControl control, JobReader jobs, CancellationToken cancellationToken) =>
        await AnswerAsync(await control.ResumeAsync(id, cancellationToken), id, jobs, "jobNotPaused", "Only a paused job can be resumed.");

    private static async Task<Results<Accepted<JobAnswer>, ProblemHttpResult>> CancelAsync(
        string id, JobControl control, JobReader jobs, CancellationToken cancellationToken) =>
        await AnswerAsync(await control.CancelAsync(id, cancellationToken), id, jobs, "jobEnded", "The job has ended already.");

    private static async Task<Results<Accepted<JobAnswer>, ProblemHttpResult>> RetryAsync(
        string id, JobControl control, JobReader jobs, string? errorCode, CancellationToken cancellationToken)
    {
        if (!ErrorCodeText.TryRead(errorCode, out var code))
        {
            return ErrorCodeText.Unknown;
        }

        return await AnswerAsync(
            await control.RetryAsync(id, code, cancellationToken), id, jobs, "jobNotRetryable", "Items can be tried again in a running or ended job.");
    }

    private static async Task<Results<Accepted<ItemAnswer>, ProblemHttpResult>> ReplaceUrlAsync(
        string id, int n, UrlBody body, JobControl control, CancellationToken cancellationToken)
    {
        if (!FetchUrl.TryParse(body.Url, out var url, out var reason))
        {
            return Problem.Invalid("url", reason, ErrorCode.InvalidUrl.Text());
        }

        var (result, item) = await control.ReplaceUrlAsync(id, n, url, cancellationToken);
        return result switch
        {
            ControlResult.Done => TypedResults.Accepted($"/downloads/{id}/items?limit=1", ItemAnswer.Of(item!)),
            ControlResult.NotFound => Problem.NotFound("There is no such item."),
            _ when item!.State is ItemState.Running or ItemState.Committed => Problem.Conflict("itemRunning", "The item is being fetched: pause the job first."),
            _ => Problem.Conflict("itemEnded", "The item is done or skipped, or its job is still being cancelled."),
        };
    }

    private static async Task<Results<Accepted<JobAnswer>, ProblemHttpResult>> AnswerAsync(ControlResult result, string id, JobReader jobs, string code, string detail) =>
        result switch
        {
            ControlResult.NotFound => Problem.NotFound("There is no such job."),
            ControlResult.Conflict => Problem.Conflict(code, detail),
            ControlResult.Nothing => Problem.Conflict("nothingToRetry", "The job has no such failed item."),
            _ when await jobs.FindAsync(id, CancellationToken.None) is { } job => TypedResults.Accepted($"/downloads/{id}", job),
            _ => Problem.NotFound("There is no such job."),
        };
}
