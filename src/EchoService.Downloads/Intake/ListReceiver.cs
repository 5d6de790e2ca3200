using System.Security.Cryptography;
using System.Text;
using EchoService.Downloads.Fetching;
using EchoService.Downloads.Jobs;
using EchoService.Downloads.Store;

namespace EchoService.Downloads.Intake;

/// <summary>
/// Takes a list line by line and hands it to the store in batches; the next batch gathers while one is written. A list that comes slowly is
/// written each minute all the same: a shared store takes one of which no line has come for an hour for abandoned.
/// </summary>
/// <param name="job">Null: the list is only compared with one that came before, nothing is stored.</param>
/// <param name="digest">Is fed with every line; null: nobody asks.</param>
internal sealed class ListReceiver(IDownloadStore store, long? job, int maxItems, IncrementalHash? digest, TimeProvider time, CancellationToken cancellationToken)
{
    private const int BatchSize = 2000;
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(1);

    private readonly Dictionary<string, long> _hosts = new(StringComparer.Ordinal);
    private List<NewItem> _batch = []; // grows: a thousand clients that send a line each hold no thousand full batches
    private Task _writing = Task.CompletedTask;
    private long _begun = time.GetTimestamp();

    public int Count { get; private set; }

    /// <summary>Says which items are there already, so that they are not taken in; null: none is.</summary>
    public Func<string, ItemOptions?, bool>? IsThere { get; set; }

    /// <summary>Asked before each batch is written; null: nobody's list is bounded.</summary>
    public OwnerQuota? Quota { get; init; }

    /// <summary>Lines that are no URL.</summary>
    public int Bad { get; private set; }

    /// <param name="number">The line's number in the list, from 1.</param>
    /// <param name="problem">Why the line is no URL, where the reader knows.</param>
    /// <exception cref="ListException">The list is longer than the operator allows.</exception>
    public ValueTask AddAsync(int number, string url, string? problem = null, ItemOptions? options = null)
    {
        if (problem is null && IsThere?.Invoke(url, options) == true)
        {
            return ValueTask.CompletedTask;
        }

        if (++Count > maxItems)
        {
            throw new ListException("tooManyItems", $"A list may have {maxItems} items at most (Downloads:MaxItemsPerJob): split it.");
        }

        digest?.AppendData(Encoding.UTF8.GetBytes($"{number} {url}\n{JobOptionsJson.Write(options)}\n"));
        var item = Item(number, url, problem, options);
        Bad += item.Error is null ? 0 : 1;
        _batch.Add(item);
        return _batch.Count < BatchSize && time.GetElapsedTime(_begun) < s_longest ? ValueTask.CompletedTask : new ValueTask(WriteAsync());
    }

    /// <summary>Takes names, so that no item of the job gets them without asking; <paramref name="lasting"/>: nor by overwriting.</summary>
    public Task ReserveAsync(IEnumerable<string> names, bool lasting) =>
        job is { } key ? store.ReserveNamesAsync(key, names, lasting, cancellationToken) : Task.CompletedTask;

    /// <summary>Writes what is left. Returns when every line is in the store.</summary>
    public async Task CompleteAsync()
    {
        await WriteAsync();
        await _writing;
    }

    /// <summary>Waits for the batch under way, whatever becomes of it, so that the job can be discarded.</summary>
    public async Task AbandonAsync() => await _writing.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    private async Task WriteAsync()
    {
        await _writing;
        if (Quota is not null)
        {
            await Quota.CheckAsync(cancellationToken);
        }

        var batch = _batch;
        _batch = new List<NewItem>(batch.Count);
        _begun = time.GetTimestamp();
        _writing = batch.Count == 0 || job is not { } key ? Task.CompletedTask : Task.Run(() => store.AppendAsync(key, batch, _hosts, cancellationToken), CancellationToken.None);
    }

    private static NewItem Item(int number, string text, string? problem, ItemOptions? options)
    {
        if (problem is null && FetchUrl.TryParse(text, out var url, out problem))
        {
            return new NewItem(number, text, FetchUrl.HostKey(url), SHA256.HashData(Encoding.UTF8.GetBytes(url.AbsoluteUri))[..16], null, null, options);
        }

        return new NewItem(number, text.Length > FetchUrl.MaxBytes ? text[..FetchUrl.MaxBytes] : text, null, null, ErrorCode.InvalidUrl, problem);
    }
}
