using System.Globalization;
using EchoService.Downloads.Store;

namespace EchoService.Downloads.Content;

/// <summary>Files on disk: parts while they are written, then <c>files/&lt;job&gt;/&lt;name&gt;</c>.</summary>
internal sealed class DiskContentStorage(DataFolder folder)
{
    /// <summary>Less room than this, or than a twentieth of a small disk, counts as none: the database and its log need some too.</summary>
    private const long ReservedBytes = 64L << 20;

    public PartFile CreatePart(Lane lane, int number) => PartFile.Create(PartPath(lane.JobId, number, lane.Token), lane.Token);

    /// <summary>Opens what an earlier attempt left, its durable bytes hashed again; null: it is gone, or shorter than it should be.</summary>
    public Task<PartFile?> OpenPartAsync(Lane lane, int number, KeptPart kept, CancellationToken cancellationToken) =>
        PartFile.GoOnAsync(PartPath(lane.JobId, number, kept.Token), kept.Token, kept.Size, cancellationToken);

    /// <summary>Makes the parts' bytes and entries durable; one flush for all where that is cheaper.</summary>
    public void Flush(IReadOnlyList<PartFile> parts)
    {
        if (parts.Count > 0)
        {
            DiskFlush.Files([.. parts.Select(part => part.Handle)], folder.Parts);
        }
    }

    /// <summary>Gives committed parts their visible names, durably. Doing it again changes nothing.</summary>
    public void Place(IReadOnlyCollection<Placement> placements)
    {
        foreach (var placement in placements)
        {
            var part = PartPath(placement.JobId, placement.Number, placement.Part);
            Directory.CreateDirectory(JobFolder(placement.JobId));
            if (File.Exists(part))
            {
                File.Move(part, FilePath(placement.JobId, placement.Name), overwrite: true);
            }
        }

        foreach (var job in placements.Select(placement => placement.JobId).Distinct(StringComparer.Ordinal))
        {
            DiskFlush.Folder(JobFolder(job));
            DiskFlush.Folder(folder.Files);
        }
    }

    /// <summary>Removes files whose items are gone.</summary>
    public void Remove(IEnumerable<Placement> placements)
    {
        foreach (var placement in placements)
        {
            File.Delete(FilePath(placement.JobId, placement.Name));
        }
    }

    public void RemoveJob(string jobId)
    {
        if (!folder.IsShared && Directory.Exists(JobFolder(jobId)))
        {
            Directory.Delete(JobFolder(jobId), recursive: true);
        }
    }

    /// <summary>Removes parts that no row needs.</summary>
    /// <param name="jobId">Of this job, whose items no worker may end well any more; null: of all, before any lane runs.</param>
    /// <param name="needed">Whether a row names the part of this job, item and token.</param>
    public void RemoveParts(string? jobId, Func<string, int, long, bool> needed)
    {
        foreach (var path in Directory.EnumerateFiles(folder.Parts, jobId is null ? "*" : $"{jobId}-*").Where(path => !IsNeeded(path, needed)))
        {
            File.Delete(path);
        }
    }

    /// <exception cref="IOException">It is not there.</exception>
    public FileStream OpenRead(string jobId, string name) =>
        new(FilePath(jobId, name), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 1, FileOptions.Asynchronous | FileOptions.SequentialScan);

    public string FilePath(string jobId, string name) => Path.Combine(JobFolder(jobId), name);

    /// <summary>Writes and removes a small file. Null: all is well; else why nothing can be stored now.</summary>
    public string? Probe()
    {
        try
        {
            var drive = new DriveInfo(folder.Path);
            if (drive.AvailableFreeSpace < Math.Min(ReservedBytes, drive.TotalSize / 20))
            {
                return "The data folder's disk is nearly full.";
            }

            var path = Path.Combine(folder.Parts, "probe");
            File.WriteAllText(path, "probe");
            File.Delete(path);
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return $"The data folder cannot be written: {exception.Message}";
        }
    }

    private static bool IsNeeded(string path, Func<string, int, long, bool> needed) =>
        Path.GetFileNameWithoutExtension(path).Split('-') is [var job, var number, var token]
        && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var n)
        && long.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out var part)
        && needed(job, n, part);

    private string JobFolder(string jobId) => folder.IsShared ? folder.Files : Path.Combine(folder.Files, jobId);

    private string PartPath(string jobId, int number, long token) =>
        Path.Combine(folder.Parts, string.Create(CultureInfo.InvariantCulture, $"{jobId}-{number}-{token}.part"));
}
