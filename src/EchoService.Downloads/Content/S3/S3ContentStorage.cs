using System.Globalization;
using EchoService.Downloads.Store;
using Microsoft.Extensions.Options;

namespace EchoService.Downloads.Content.S3;

/// <summary>
/// Files as objects <c>&lt;job&gt;/&lt;line&gt;-&lt;token&gt;</c> of a bucket. The token is in the key, so that no two attempts write one object, and
/// the row that names the token is the commit: nothing is renamed after it.
/// </summary>
internal sealed class S3ContentStorage(S3Objects objects, DataFolder folder, IOptions<DownloadsOptions> options) : IContentStorage
{
    public IContentPart CreatePart(Lane lane, int number) => new S3Part(objects, S3Key.Of(lane.JobId, number, lane.Token), lane.Token, Spool(lane, number));

    /// <summary>Parts are never kept.</summary>
    public Task<IContentPart?> OpenPartAsync(Lane lane, int number, KeptPart kept, CancellationToken cancellationToken) => Task.FromResult<IContentPart?>(null);

    /// <summary>Each part was completed by its own worker.</summary>
    public Task FlushAsync(IReadOnlyList<IContentPart> parts, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task PlaceAsync(IReadOnlyCollection<Placement> placements, CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task RemoveAsync(IReadOnlyCollection<Placement> placements, CancellationToken cancellationToken)
    {
        foreach (var placement in placements)
        {
            await objects.DeleteAsync(S3Key.Of(placement.JobId, placement.Number, placement.Part), cancellationToken);
        }
    }

    public Task RemoveJobAsync(string jobId, CancellationToken cancellationToken) => objects.DeleteAllAsync(jobId + "/", cancellationToken);

    /// <summary>Aborts a job's uploads that no worker is at any more. Those of all jobs are <see cref="S3Sweep"/>'s, beside the work.</summary>
    public async Task RemovePartsAsync(string? jobId, Func<string, int, long, CancellationToken, Task<bool>> needed, CancellationToken cancellationToken)
    {
        if (jobId is null)
        {
            return;
        }

        await foreach (var uploads in objects.UploadsAsync(jobId + "/", cancellationToken))
        {
            foreach (var (key, upload) in uploads)
            {
                if (S3Key.Parse(key) is { } attempt && !await needed(attempt.JobId, attempt.Number, attempt.Token, cancellationToken))
                {
                    await objects.AbortAsync(key, upload, cancellationToken);
                }
            }
        }
    }

    /// <summary>Parts are never kept.</summary>
    public Task RemovePartAsync(string jobId, int number, long token, CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task<Stream> OpenReadAsync(StoredFile file, CancellationToken cancellationToken)
    {
        var key = S3Key.Of(file.JobId, file.Number, file.Token);
        return new S3ReadStream(objects, key, await objects.LengthAsync(key, cancellationToken));
    }

    public Uri? DirectAddress(StoredFile file) => options.Value.Content.Serve == ContentServing.Redirect
        ? objects.Address(S3Key.Of(file.JobId, file.Number, file.Token), file.Name, file.ContentType)
        : null;

    /// <summary>Writes and removes a small object; and parts gather in the data folder first.</summary>
    public async Task<string?> ProbeAsync(CancellationToken cancellationToken)
    {
        if (folder.Probe() is { } problem)
        {
            return problem;
        }

        try
        {
            var key = $"probe/{Environment.MachineName}-{Environment.ProcessId}";
            using var nothing = new MemoryStream([0]);
            await objects.PutAsync(key, nothing, cancellationToken);
            await objects.DeleteAsync(key, cancellationToken);
            return null;
        }
        catch (IOException exception)
        {
            return exception.Message;
        }
    }

    /// <summary>Goes when it is closed, however the process ends where the system allows it.</summary>
    private FileStream Spool(Lane lane, int number)
    {
        var path = Path.Combine(folder.Parts, string.Create(CultureInfo.InvariantCulture, $"{lane.JobId}-{number}-{lane.Token}.spool"));
        var spool = new FileStream(path, FileMode.Create, FileAccess.ReadWrite, FileShare.Delete, bufferSize: 1, FileOptions.DeleteOnClose);
        if (!OperatingSystem.IsWindows())
        {
            File.Delete(path);
        }

        return spool;
    }
}
