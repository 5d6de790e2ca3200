using System.Globalization;
using EchoService.Downloads.Store;

namespace EchoService.Downloads.Content.Disk;

/// <summary>Files on disk: parts while they are written, then <c>files/&lt;job&gt;/&lt;name&gt;</c>.</summary>
internal sealed class DiskContentStorage(DataFolder folder) : IContentStorage
{
    public IContentPart CreatePart(Lane lane, int number) => PartFile.Create(PartPath(lane.JobId, number, lane.Token), lane.Token);

    public async Task<IContentPart?> OpenPartAsync(Lane lane, int number, KeptPart kept, CancellationToken cancellationToken) =>
        await PartFile.GoOnAsync(PartPath(lane.JobId, number, kept.Token), kept.Token, kept.Size, cancellationToken);

    public Task FlushAsync(IReadOnlyList<IContentPart> parts, CancellationToken cancellationToken)
    {
        if (parts.Count > 0)
        {
            DiskFlush.Files([.. parts.Select(part => ((PartFile)part).Handle)], folder.Parts);
        }

        return Task.CompletedTask;
    }

    public Task PlaceAsync(IReadOnlyCollection<Placement> placements, CancellationToken cancellationToken)
    {
        foreach (var job in placements.GroupBy(placement => placement.JobId, StringComparer.Ordinal))
        {
            Directory.CreateDirectory(JobFolder(job.Key));
            foreach (var placement in job)
            {
                // A part that is gone was placed before: by this process, or by another one that took it for abandoned.
                _ = DiskRename.TryReplace(PartPath(placement.JobId, placement.Number, placement.Part), FilePath(placement.JobId, placement.Name));
            }

            DiskFlush.Folder(JobFolder(job.Key));
        }

        if (placements.Count > 0)
        {
            DiskFlush.Folder(folder.Files);
        }

        return Task.CompletedTask;
    }

    public Task RemoveAsync(IReadOnlyCollection<Placement> placements, CancellationToken cancellationToken)
    {
        foreach (var placement in placements)
        {
            try
            {
                File.Delete(FilePath(placement.JobId, placement.Name));
            }
            catch (DirectoryNotFoundException)
            {
                // The folder went with its job, and the file with it.
            }
        }

        return Task.CompletedTask;
    }

    public Task RemoveJobAsync(string jobId, CancellationToken cancellationToken)
    {
        try
        {
            if (!folder.IsFlat)
            {
                Directory.Delete(JobFolder(jobId), recursive: true);
            }
        }
        catch (DirectoryNotFoundException)
        {
            // No file ever came, or whoever removes the job at the same time was faster.
        }

        return Task.CompletedTask;
    }

    public async Task RemovePartsAsync(string? jobId, Func<string, int, long, CancellationToken, Task<bool>> needed, CancellationToken cancellationToken)
    {
        foreach (var path in Directory.EnumerateFiles(folder.Parts, jobId is null ? "*" : $"{jobId}-*"))
        {
            if (!await IsNeededAsync(path, needed, cancellationToken))
            {
                File.Delete(path);
            }
        }
    }

    public Task RemovePartAsync(string jobId, int number, long token, CancellationToken cancellationToken)
    {
        File.Delete(PartPath(jobId, number, token));
        return Task.CompletedTask;
    }

    public Task<Stream> OpenReadAsync(StoredFile file, CancellationToken cancellationToken) => Task.FromResult<Stream>(new FileStream(
        FilePath(file.JobId, file.Name),
        FileMode.Open,
        FileAccess.Read,
        FileShare.Read | FileShare.Delete,
        bufferSize: 1,
        FileOptions.Asynchronous | FileOptions.SequentialScan));

    public Uri? DirectAddress(StoredFile file) => null;

    public Task<string?> ProbeAsync(CancellationToken cancellationToken) => Task.FromResult(folder.Probe());

    private static async Task<bool> IsNeededAsync(string path, Func<string, int, long, CancellationToken, Task<bool>> needed, CancellationToken cancellationToken) =>
        Path.GetFileNameWithoutExtension(path).Split('-') is [var job, var number, var token]
        && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var n)
        && long.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out var part)
        && await needed(job, n, part, cancellationToken);

    private string FilePath(string jobId, string name) => Path.Combine(JobFolder(jobId), name);

    private string JobFolder(string jobId) => folder.IsFlat ? folder.Files : Path.Combine(folder.Files, jobId);

    private string PartPath(string jobId, int number, long token) =>
        Path.Combine(folder.Parts, string.Create(CultureInfo.InvariantCulture, $"{jobId}-{number}-{token}.part"));
}
