using System.Diagnostics;
using EchoService.Downloads.Jobs;
using EchoService.Downloads.Store;
using EchoService.Downloads.Store.Postgres;
using Npgsql;

namespace EchoService.Benchmarks;

/// <summary>
/// The queue without transfers: claims as the engine makes them, every item reported as saved and as in place. With a transaction held open
/// nothing that it leaves behind can be vacuumed.
/// </summary>
internal sealed class QueueContender(string name, string database) : IContender
{
    private const int Items = 50_000;
    private const int Hosts = 64;
    private static readonly TimeSpan s_lease = TimeSpan.FromSeconds(30);

    private readonly PostgresDownloadStore _store = new(
        new PostgresDatabase(new StoreOptions { Kind = StoreKind.Postgres, ConnectionString = database }, TimeProvider.System), TimeProvider.System);

    private readonly NpgsqlDataSource _holder = NpgsqlDataSource.Create(database);
    private NpgsqlConnection? _held;

    public string Name => name;

    /// <summary>A run is one job, and further ones until so much time has passed.</summary>
    public TimeSpan AtLeast { get; init; }

    public int MostRounds => AtLeast > TimeSpan.Zero ? 1 : int.MaxValue;

    /// <summary>Whether a transaction with a number of its own stays open from the first run to the last.</summary>
    public bool HoldsTransaction { get; init; }

    public async Task StartAsync()
    {
        await _store.PrepareAsync(CancellationToken.None);
        if (HoldsTransaction)
        {
            _held = await _holder.OpenConnectionAsync();
            await using var begin = new NpgsqlCommand("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT txid_current(); SELECT count(*) FROM items", _held);
            await begin.ExecuteNonQueryAsync();
        }
    }

    public async Task<Sample> RunAsync()
    {
        var (begun, busy, items) = (Stopwatch.GetTimestamp(), TimeSpan.Zero, 0);
        var claims = new List<double>();
        do
        {
            await PublishAsync();
            var worked = Stopwatch.GetTimestamp();
            items += await WorkAsync(claims);
            busy += Stopwatch.GetElapsedTime(worked);
        }
        while (Stopwatch.GetElapsedTime(begun) < AtLeast);

        claims.Sort();
        return new Sample(("items/s", items / busy.TotalSeconds), ("claim p50 ms", claims[claims.Count / 2]), ("claim p99 ms", claims[(int)(claims.Count * 0.99)]));
    }

    public async ValueTask DisposeAsync()
    {
        if (_held is not null)
        {
            await _held.DisposeAsync();
        }

        await _holder.DisposeAsync();
        await _store.DisposeAsync();
    }

    private async Task PublishAsync()
    {
        var job = await _store.ReceiveAsync(Guid.CreateVersion7().ToString("N"), null, CancellationToken.None);
        var hosts = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var lines in Enumerable.Range(1, Items).Chunk(2000))
        {
            await _store.AppendAsync(
                job, [.. lines.Select(n => new NewItem(n, $"http://h{n % Hosts}/files/{n}", $"h{n % Hosts}:80", BitConverter.GetBytes((long)n), null, null))], hosts, CancellationToken.None);
        }

        await _store.PublishAsync(job, Items, new JobOptions(), null, CancellationToken.None);
    }

    private async Task<int> WorkAsync(List<double> claims)
    {
        var items = 0;
        IReadOnlyList<Placement> placed = [];
        while (true)
        {
            var asked = Stopwatch.GetTimestamp();
            var claim = await _store.ClaimAsync(new ClaimLimits("bench", 64, 8, s_lease), CancellationToken.None);
            if (claim.Lanes.Count > 0)
            {
                claims.Add(Stopwatch.GetElapsedTime(asked).TotalMilliseconds);
            }

            if (claim.Lanes.Count == 0 && placed.Count == 0)
            {
                return items;
            }

            // As the committer does it: a thousand reports at most in a transaction, and in it the files of the one before.
            var reports = claim.Lanes.SelectMany(lane => lane.Items.Select(item => Saved(lane, item.Number))).Chunk(1024).DefaultIfEmpty([]).ToList();
            for (var batch = 0; batch < reports.Count; batch++)
            {
                IReadOnlyList<long> ended = batch == reports.Count - 1 ? [.. claim.Lanes.Select(lane => lane.Token)] : [];
                var result = await _store.CommitAsync(new CommitBatch(reports[batch], ended, placed), CancellationToken.None);
                placed = [.. result.Reports.Select(report => report.Placement).OfType<Placement>()];
                items += reports[batch].Length;
            }
        }
    }

    private static ItemReport Saved(Lane lane, int number) => new(
        lane, number, Outcome.Saved, new SavedFile($"{number}.html", OnConflict.Rename, 5, new string('a', 64), "text/html", 200));
}
