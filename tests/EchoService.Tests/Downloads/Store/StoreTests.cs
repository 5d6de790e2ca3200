using EchoService.Downloads.Jobs;
using EchoService.Downloads.Store;

namespace EchoService.Tests.Downloads.Store;

/// <summary>What tests of a store need: a new one for each test, of the engine that the class at the end names.</summary>
public abstract class StoreTests : IAsyncLifetime
{
    private IStoreUnderTest? _store;

    private protected static TimeSpan Lease => TimeSpan.FromSeconds(30);

    private protected static CancellationToken Token => TestContext.Current.CancellationToken;

    private protected IDownloadStore Store => _store!.Store;

    public async ValueTask InitializeAsync() => _store = await OpenAsync();

    public async ValueTask DisposeAsync()
    {
        if (_store is { } store)
        {
            await store.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    private protected abstract Task<IStoreUnderTest> OpenAsync();

    private protected Task AdvanceAsync(TimeSpan by) => _store!.AdvanceAsync(by);

    private protected Task<long> CountAsync(string sql) => _store!.CountAsync(sql);

    private protected async Task<Job> JobAsync(string id) => (await Store.FindJobAsync(id, Token))!;

    private protected static NewItem Item(int number, string host) =>
        new(number, $"http://{host}/{number}", host, [.. BitConverter.GetBytes((long)number), .. BitConverter.GetBytes((long)host.GetHashCode(StringComparison.Ordinal))], null, null);

    private protected static ItemReport Saved(Lane lane, int number, string name) =>
        new(lane, number, Outcome.Saved, new SavedFile(name, OnConflict.Rename, 10, new string('a', 64), "text/plain", 200));

    private protected Task PublishAsync(string id, params NewItem[] items) => PublishAsync(id, new JobOptions(), items);

    private protected async Task PublishAsync(string id, JobOptions options, NewItem[] items, RequestKey? request = null)
    {
        var key = await Store.ReceiveAsync(id, null, Token);
        await Store.AppendAsync(key, items, [], Token);
        await Store.PublishAsync(key, items.Length, options, request, Token);
    }

    private protected Task<Claim> ClaimAsync(int slots, int perHost = 8) =>
        Store.ClaimAsync(new ClaimLimits("node", slots, perHost, Lease), Token);

    private protected async Task<ControlResult> CancelAsync(string id)
    {
        var (result, job) = await Store.BeginCancelAsync(id, Token);
        if (result == ControlResult.Done)
        {
            await Store.CancelQueuedAsync(job!.Key, Token);
        }

        return result;
    }

    private protected Task<CommitResult> CommitAsync(IReadOnlyList<ItemReport> reports, IReadOnlyList<long> ended) =>
        Store.CommitAsync(new CommitBatch(reports, ended, []), Token);
}
