using System.Security.Cryptography;
using System.Text;
using EchoService.Downloads.Fetching;
using EchoService.Downloads.Jobs;
using EchoService.Downloads.Store.Sqlite;

namespace EchoService.Cli;

/// <summary>What earlier runs have saved in an output folder and is still there, whole: it is not fetched again.</summary>
internal sealed class WholeFiles
{
    private const int Page = 1000;
    private readonly HashSet<UInt128> _known = [];
    private readonly HashSet<UInt128> _met = [];

    /// <param name="template">Of file names: a file under another name is another file.</param>
    public WholeFiles(SqliteDownloadStore store, string output, string? template)
    {
        for (long? before = null; ;)
        {
            var jobs = store.ListJobs(null, null, before, Page);
            foreach (var job in jobs.Items.Where(job => job.Options.FileName == template))
            {
                Add(store, job, output);
            }

            if ((before = jobs.Next) is null)
            {
                return;
            }
        }
    }

    /// <summary>Items of the new list that were found here.</summary>
    public int Met => _met.Count;

    /// <summary>Whether that item's file is there. Items with a name or a digest of their own are always fetched.</summary>
    public bool Contains(string url, ItemOptions? options)
    {
        if (options is { FileName: not null } or { Sha256: not null } or { Size: not null }
            || !FetchUrl.TryParse(url, out var parsed, out _) || !_known.Contains(Key(parsed)))
        {
            return false;
        }

        _met.Add(Key(parsed));
        return true;
    }

    /// <summary>How many files of a job are still as they were saved.</summary>
    public static int CountOf(SqliteDownloadStore store, Job job, string output) => Whole(store, job, output).Count();

    private void Add(SqliteDownloadStore store, Job job, string output)
    {
        foreach (var item in Whole(store, job, output))
        {
            if (FetchUrl.TryParse(item.Url, out var url, out _))
            {
                _known.Add(Key(url));
            }
        }
    }

    private static IEnumerable<Item> Whole(SqliteDownloadStore store, Job job, string output)
    {
        for (long? after = null; ;)
        {
            var items = store.ListItems(job.Key, ItemState.Done, null, after, Page);
            foreach (var item in items.Items.Where(item => new FileInfo(Path.Combine(output, item.FileName!)) is { Exists: true } file && file.Length == item.Size))
            {
                yield return item;
            }

            if ((after = items.Next) is null)
            {
                yield break;
            }
        }
    }

    private static UInt128 Key(Uri url) => System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(url.AbsoluteUri)));
}
