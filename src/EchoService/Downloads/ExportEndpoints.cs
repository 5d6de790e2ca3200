using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using EchoService.Downloads.Content;
using EchoService.Downloads.Jobs;
using EchoService.Downloads.Store;
using EchoService.Http;
using Microsoft.Extensions.Options;
using JsonOptions = Microsoft.AspNetCore.Http.Json.JsonOptions;

namespace EchoService.Downloads;

/// <summary>A job's results as one document each, streamed: a million items take no more memory than ten.</summary>
internal static class ExportEndpoints
{
    private const int RowsAtOnce = 500;

    public static void MapExports(this IEndpointRouteBuilder downloads)
    {
        downloads.MapGet("/{id}/manifest", ManifestAsync)
            .Produces(StatusCodes.Status200OK, contentType: "application/x-ndjson")
            .WithSummary("All items in list order, a JSON object a line.")
            .DisableRequestTimeout();
        downloads.MapGet("/{id}/checksums", ChecksumsAsync)
            .Produces(StatusCodes.Status200OK, contentType: "text/plain")
            .WithSummary("SHA-256 and name of each file that is done, as sha256sum -c reads it.")
            .DisableRequestTimeout();
        downloads.MapGet("/{id}/archive", ArchiveAsync)
            .Produces(StatusCodes.Status200OK, contentType: "application/zip")
            .WithSummary("All files that are done in one zip, streamed, not compressed.")
            .DisableRequestTimeout();
    }

    private static Task ManifestAsync(string id, HttpContext context, IDownloadStore store, IOptions<JsonOptions> json) =>
        SendAsync(id, context, store, "application/x-ndjson", "ndjson", async (job, cancellationToken) =>
        {
            var body = context.Response.BodyWriter;
            var lines = new Utf8JsonWriter(body);
            await foreach (var page in PagesAsync(store, job, null, cancellationToken))
            {
                foreach (var item in page)
                {
                    JsonSerializer.Serialize(lines, ItemAnswer.Of(item), json.Value.SerializerOptions);
                    await lines.FlushAsync(cancellationToken);
                    lines.Reset();
                    Write(body, "\n");
                }

                await body.FlushAsync(cancellationToken);
            }
        });

    private static Task ChecksumsAsync(string id, HttpContext context, IDownloadStore store) =>
        SendAsync(id, context, store, "text/plain; charset=utf-8", "sha256", async (job, cancellationToken) =>
        {
            var body = context.Response.BodyWriter;
            await foreach (var page in PagesAsync(store, job, ItemState.Done, cancellationToken))
            {
                foreach (var item in page)
                {
                    Write(body, ChecksumLine.Of(item.Sha256!, item.FileName!));
                }

                await body.FlushAsync(cancellationToken);
            }
        });

    private static Task ArchiveAsync(
        string id, HttpContext context, IDownloadStore store, IContentStorage storage, DataFolder folder, ILogger<ZipWriter> logger) =>
        SendAsync(id, context, store, "application/zip", "zip", async (job, cancellationToken) =>
        {
            await using var zip = new ZipWriter(context.Response.Body, folder.Parts);
            await foreach (var page in PagesAsync(store, job, ItemState.Done, cancellationToken))
            {
                foreach (var item in page)
                {
                    if (await OpenAsync(storage, job, item, cancellationToken) is { } file)
                    {
                        await using var closing = file;
                        await zip.AddAsync(item.FileName!, item.FinishedAt ?? job.CreatedAt, file, cancellationToken);
                    }
                    else
                    {
                        ExportLog.FileGone(logger, item.Number, job.Id);
                    }
                }
            }

            await zip.FinishAsync(cancellationToken);
        });

    private static async Task SendAsync(
        string id, HttpContext context, IDownloadStore store, string contentType, string extension, Func<Job, CancellationToken, Task> write)
    {
        if (await store.FindJobAsync(id, context.RequestAborted) is not { } job)
        {
            await Problem.NotFound("There is no such job.").ExecuteAsync(context);
            return;
        }

        context.Response.ContentType = contentType;
        context.Response.Headers.ContentDisposition = $"attachment; filename=\"{job.Id}.{extension}\"";
        try
        {
            await write(job, context.RequestAborted);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client went away: there is nobody left to tell.
        }
        catch (IOException exception) when (context.Response.HasStarted)
        {
            // Only a broken connection can still tell that the document is not whole.
            ExportLog.BrokeOff(context.RequestServices.GetRequiredService<ILogger<ZipWriter>>(), extension, job.Id, exception.Message);
            context.Abort();
        }
    }

    private static async IAsyncEnumerable<IReadOnlyList<Item>> PagesAsync(
        IDownloadStore store, Job job, ItemState? state, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long? after = null;
        do
        {
            var page = await store.ListItemsAsync(job.Key, state, null, after, RowsAtOnce, cancellationToken);
            yield return page.Items;
            after = page.Next;
            await Task.Yield();
        }
        while (after is not null);
    }

    /// <summary>Null: the file was taken out of the job's folder.</summary>
    private static async Task<Stream?> OpenAsync(IContentStorage storage, Job job, Item item, CancellationToken cancellationToken)
    {
        try
        {
            return await storage.OpenReadAsync(StoredFile.Of(job, item), cancellationToken);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private static void Write(System.Buffers.IBufferWriter<byte> body, string text) => Encoding.UTF8.GetBytes(text, body);
}
