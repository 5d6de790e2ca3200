using EchoService.Downloads.Content;
using EchoService.Downloads.Jobs;
using EchoService.Downloads.Store;
using EchoService.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace EchoService.Downloads;

internal static class ItemsEndpoints
{
    public static void MapItems(this IEndpointRouteBuilder downloads)
    {
        downloads.MapGet("/{id}/items", ListAsync).WithSummary("A job's items, in list order.");
        downloads.MapGet("/{id}/items/{n:int}/content", ContentAsync)
            .Produces(StatusCodes.Status200OK, contentType: "application/octet-stream")
            .Produces(StatusCodes.Status206PartialContent, contentType: "application/octet-stream")
            .Produces(StatusCodes.Status304NotModified)
            .WithMetadata(
                new ProblemCodes(StatusCodes.Status404NotFound, "notFound", "notDone", "fileGone"),
                new ProblemCodes(StatusCodes.Status412PreconditionFailed),
                new ProblemCodes(StatusCodes.Status416RangeNotSatisfiable))
            .WithSummary("The file of an item that is done; ranges and ETag.")
            .DisableRequestTimeout();
    }

    private static async Task<Results<Ok<ListPage<ItemAnswer>>, ProblemHttpResult>> ListAsync(
        string id, IDownloadStore store, string? state, string? errorCode, int? limit, string? cursor, CancellationToken cancellationToken)
    {
        var query = new ListQuery(limit, cursor);
        if (!query.TryRead(out var after, out var field))
        {
            return Problem.Invalid(field, field == "limit" ? "limit must be 1 or more." : "cursor is not one that a list has given.");
        }

        ItemState? wanted = null;
        if (state is not null && !TryState(state, out wanted))
        {
            return Problem.Invalid("state", "state must be queued, running, done, failed, skipped or cancelled.");
        }

        if (!ErrorCodeText.TryRead(errorCode, out var code))
        {
            return ErrorCodeText.Unknown;
        }

        if (await store.FindJobAsync(id, cancellationToken) is not { } job)
        {
            return Problem.NotFound("There is no such job.");
        }

        var page = await store.ListItemsAsync(job.Key, wanted, code, after, query.Rows, cancellationToken);
        return TypedResults.Ok(new ListPage<ItemAnswer>([.. page.Items.Select(ItemAnswer.Of)], ListQuery.ToCursor(page.Next)));
    }

    private static async Task<Results<FileStreamHttpResult, RedirectHttpResult, ProblemHttpResult>> ContentAsync(
        string id, int n, IDownloadStore store, IContentStorage storage, HttpResponse response, CancellationToken cancellationToken)
    {
        if (await store.FindJobAsync(id, cancellationToken) is not { } job || await store.FindItemAsync(job.Key, n, cancellationToken) is not { } item)
        {
            return Problem.NotFound("There is no such item.");
        }

        if (item.State != ItemState.Done)
        {
            return Problem.Of(StatusCodes.Status404NotFound, "notDone", "The item has no file: it is not done.");
        }

        var file = StoredFile.Of(job, item);
        if (storage.DirectAddress(file) is { } address)
        {
            response.Headers.CacheControl = "no-store";
            return TypedResults.Redirect(address.AbsoluteUri);
        }

        Stream content;
        try
        {
            content = await storage.OpenReadAsync(file, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Problem.Of(StatusCodes.Status404NotFound, "fileGone", "The file is no longer in the job's folder.");
        }

        // A stranger's bytes: saved, never rendered on our origin.
        response.Headers.ContentSecurityPolicy = "sandbox; default-src 'none'";
        return TypedResults.File(
            content,
            ForeignType.Of(item.ContentType),
            item.FileName,
            item.FinishedAt,
            new EntityTagHeaderValue($"\"{item.Sha256}\""),
            enableRangeProcessing: true);
    }

    private static bool TryState(string text, out ItemState? state)
    {
        state = text switch
        {
            "queued" => ItemState.Queued,
            "running" => ItemState.Running,
            "done" => ItemState.Done,
            "failed" => ItemState.Failed,
            "skipped" => ItemState.Skipped,
            "cancelled" => ItemState.Cancelled,
            _ => null,
        };
        return state is not null;
    }
}
