using EchoService.Downloads.Jobs;
using EchoService.Downloads.Naming;

namespace EchoService.Downloads.Store.Sqlite;

/// <summary>How a list comes in: rows of a job that nobody sees, made real in one last transaction.</summary>
internal sealed partial class SqliteDownloadStore
{
    public Task<long> ReceiveAsync(string id, string? owner, CancellationToken cancellationToken) =>
        _database.WriteRelaxedAsync(session => session.Scalar("receive", ("@id", id), ("@owner", owner), ("@now", Now))!.Value, cancellationToken);

    public Task AppendAsync(long job, IReadOnlyList<NewItem> items, Dictionary<string, long> hosts, CancellationToken cancellationToken) =>
        _database.WriteRelaxedAsync(
            session =>
            {
                var failed = 0;
                foreach (var item in items)
                {
                    Insert(session, job, item, item.Host is { } host ? HostKey(session, host, hosts) : 0);
                    failed += item.Error is null ? 0 : 1;
                }

                return session.Execute("count_received", ("@queued", items.Count - failed), ("@failed", failed), ("@job", job));
            },
            cancellationToken);

    public Task ReserveNamesAsync(long job, IEnumerable<string> names, bool lasting, CancellationToken cancellationToken) =>
        _database.WriteRelaxedAsync(
            session => names.Sum(name => session.Execute("take_name", ("@job", job), ("@name", FileName.Key(name)), ("@n", lasting ? -1 : 0))), cancellationToken);

    public async Task<(int Skipped, bool Ended)?> PublishAsync(long job, int items, JobOptions options, RequestKey? request, CancellationToken cancellationToken)
    {
        var skipped = await _database.WriteRelaxedAsync(session => SkipDuplicates(session, job), cancellationToken);
        await _database.WriteRelaxedAsync(
            session =>
            {
                if (options.Concurrency == 1)
                {
                    session.Execute("put_in_list_order", ("@job", job));
                }

                if (options.StartAt is { } start)
                {
                    session.Execute("schedule", ("@start_at", StoreTime.FromDateTime(start)), ("@job", job));
                }

                return session.Execute("make_queues", ("@now", Now), ("@job", job));
            },
            cancellationToken);
        var state = await _database.WriteAsync(
            session =>
            {
                if (request is not null)
                {
                    session.Execute("remember_request", ("@key", request.Key), ("@digest", request.Digest), ("@now", Now), ("@job", job));
                }

                return session.Scalar(
                    "publish",
                    ("@options", JobOptionsJson.Write(options)),
                    ("@concurrency", options.Concurrency ?? 0),
                    ("@per_host", options.PerHost ?? 0),
                    ("@now", Now),
                    ("@job", job),
                    ("@items", items))
                    ?? throw new StoreException("The list is not whole: post it again.");
            },
            cancellationToken);
        return (skipped, state == (int)JobState.Completed);
    }

    public Task<(byte[] Digest, string Job)?> FindRequestAsync(string? owner, string key, CancellationToken cancellationToken) => _database.ReadAsync(session => session.Query(
        "request",
        row => ((byte[] Digest, string Job)?)((byte[])row.GetValue(0), row.GetString(1)),
        ("@owner", owner ?? ""),
        ("@key", key)).FirstOrDefault());

    public async Task DiscardAsync(long job, CancellationToken cancellationToken)
    {
        if (await _database.WriteRelaxedAsync(session => session.Query("begin_discard", row => row.GetString(0), ("@job", job)), cancellationToken) is [var id])
        {
            await RemoveRowsAsync(job, cancellationToken);
            await ForgetAsync(job, id, cancellationToken);
        }
    }

    private static long HostKey(SqliteSession session, string host, Dictionary<string, long> hosts)
    {
        // A list may name a million hosts: what is remembered of them stays small.
        if (hosts.Count >= 10_000)
        {
            hosts.Clear();
        }

        if (!hosts.TryGetValue(host, out var key))
        {
            key = session.Scalar("add_host", ("@name", host))!.Value;
            hosts.Add(host, key);
        }

        return key;
    }

    private void Insert(SqliteSession session, long job, NewItem item, long host) =>
        session.Execute(
            "add_item",
            ("@job", job),
            ("@n", item.Number),
            ("@url", item.Url),
            ("@url_hash", item.UrlHash),
            ("@host", host),
            ("@state", (int)(item.Error is null ? ItemState.Queued : ItemState.Failed)),
            ("@error_code", (int?)item.Error),
            ("@error", item.Message),
            ("@finished_at", item.Error is null ? null : Now),
            ("@options", JobOptionsJson.Write(item.Options)));

    private int SkipDuplicates(SqliteSession session, long job)
    {
        var skipped = session.Execute("skip_duplicates", ("@now", Now), ("@job", job));
        session.Execute("count_skipped", ("@skipped", skipped), ("@job", job));
        return skipped;
    }
}
