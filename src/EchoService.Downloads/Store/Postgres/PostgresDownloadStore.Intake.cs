using EchoService.Downloads.Jobs;
using EchoService.Downloads.Naming;
using Npgsql;
using NpgsqlTypes;

namespace EchoService.Downloads.Store.Postgres;

/// <content>How a list comes in: copied in batches into rows of a job that nobody sees, made real in one last transaction.</content>
internal sealed partial class PostgresDownloadStore
{
    public Task<long> ReceiveAsync(string id, string? owner, CancellationToken cancellationToken) =>
        database.TransactAsync(
            async session =>
            {
                await session.RelaxAsync();
                return (await session.ScalarAsync("receive", ("@id", id), ("@owner", owner)))!.Value;
            },
            cancellationToken);

    public async Task AppendAsync(long job, IReadOnlyList<NewItem> items, Dictionary<string, long> hosts, CancellationToken cancellationToken)
    {
        var known = await database.TransactAsync(
            async session =>
            {
                await session.RelaxAsync();
                if (await session.ScalarAsync("has_item", ("@job", job), ("@n", items[0].Number)) is not null)
                {
                    // This very batch went in before, and the answer got lost.
                    return [];
                }

                var keys = await HostKeysAsync(session, [.. items.Select(item => item.Host).OfType<string>()], hosts);
                var now = await session.NowAsync();
                await using (var writer = await session.CopyAsync("copy_items"))
                {
                    foreach (var item in items)
                    {
                        await CopyAsync(writer, job, item, item.Host is { } host ? keys[host] : 0, now, cancellationToken);
                    }

                    await writer.CompleteAsync(cancellationToken);
                }

                var failed = items.Count(item => item.Error is not null);
                _ = Held(await session.ExecuteAsync("count_received", ("@queued", items.Count - failed), ("@failed", failed), ("@job", job)));
                return keys;
            },
            cancellationToken);

        // Only now: had the transaction been undone, its new hosts would have no rows.
        Remember(known, hosts);
    }

    public Task ReserveNamesAsync(long job, IEnumerable<string> names, bool lasting, CancellationToken cancellationToken) =>
        database.TransactAsync(
            async session =>
            {
                await session.ExecuteAsync(
                    "reserve_names",
                    ("@job", job), ("@names", names.Select(FileName.Key).Distinct(StringComparer.Ordinal).ToArray()), ("@n", lasting ? -1 : 0));
                return Held(await session.ExecuteAsync("hold_list", ("@job", job)));
            },
            cancellationToken);

    public async Task<(int Skipped, bool Ended)?> PublishAsync(
        long job, int items, JobOptions options, RequestKey? request, CancellationToken cancellationToken)
    {
        // What was relaxed until now is on disk after this one, or found missing by it.
        await database.TransactAsync(
            async session =>
            {
                await session.TakeTimeAsync();
                var skipped = await session.ExecuteAsync("skip_duplicates", ("@job", job));
                return Held(await session.ExecuteAsync("count_skipped", ("@skipped", skipped), ("@job", job), ("@items", items)));
            },
            cancellationToken);
        await database.TransactAsync(
            async session =>
            {
                await session.TakeTimeAsync();
                if (options.Concurrency == 1)
                {
                    await session.ExecuteAsync("put_in_list_order", ("@job", job));
                }

                await session.ExecuteAsync("make_queues", ("@job", job));
                return Held(await session.ExecuteAsync("hold_list", ("@job", job)));
            },
            cancellationToken);
        return await database.TransactAsync(session => PublishAsync(session, job, options, request), cancellationToken);
    }

    public Task<(byte[] Digest, string Job)?> FindRequestAsync(string? owner, string key, CancellationToken cancellationToken) => database.ReadAsync(
        session => session.FindAsync("request", row => ((byte[], string)?)((byte[])row.GetValue(0), row.GetString(1)), ("@owner", owner ?? ""), ("@key", key)), cancellationToken);

    public Task DiscardAsync(long job, CancellationToken cancellationToken) => DiscardAsync(job, long.MaxValue, cancellationToken);

    private static async Task<(int Skipped, bool Ended)?> PublishAsync(PostgresSession session, long job, JobOptions options, RequestKey? request)
    {
        if (await session.FindAsync("published_state", ReadPublished, ("@job", job)) is { } before)
        {
            // This very commit went through before, and its answer got lost.
            return before;
        }

        if (request is not null
            && await session.ExecuteAsync("remember_request", ("@key", request.Key), ("@digest", request.Digest), ("@job", job)) == 0)
        {
            // Somebody else's, or there is no job any more.
            _ = Held(await session.ExecuteAsync("hold_list", ("@job", job)));
            return null;
        }

        _ = await session.ScalarAsync(
            "publish",
            ("@options", JobOptionsJson.Write(options)),
            ("@concurrency", options.Concurrency ?? 0),
            ("@per_host", options.PerHost ?? 0),
            ("@start_at", options.StartAt is { } start ? StoreTime.FromDateTime(start) : null),
            ("@now", await session.NowAsync()),
            ("@job", job))
            ?? throw Abandoned();
        await session.WakeAsync();
        return await session.FindAsync("published_state", ReadPublished, ("@job", job));

        static (int, bool)? ReadPublished(NpgsqlDataReader row) => (row.GetInt32(1), row.GetInt32(0) == (int)JobState.Completed);
    }

    private async Task DiscardAsync(long job, long untouchedSince, CancellationToken cancellationToken)
    {
        if (await database.TransactAsync(
            session => session.FindAsync("begin_discard", row => row.GetString(0), ("@job", job), ("@before", untouchedSince)), cancellationToken) is { } id)
        {
            await RemoveRowsAsync(job, cancellationToken);
            await ForgetAsync(job, id, cancellationToken);
        }
    }

    /// <summary>
    /// What each transaction of a list asks at its end, of a statement that changes the job's row: true, the list is received still and whole, and
    /// for another hour nobody takes it for abandoned.
    /// </summary>
    private static bool Held(int rows) => rows > 0 ? true : throw Abandoned();

    private static StoreException Abandoned() => new("The list was taken for abandoned, as nothing of it had come for an hour, or the database lost a part of it in a crash: post it again.");

    /// <summary>The keys of these hosts; new ones are added always in the same order, so that two lists do not wait in a ring.</summary>
    private static async Task<Dictionary<string, long>> HostKeysAsync(PostgresSession session, HashSet<string> names, Dictionary<string, long> known)
    {
        var keys = names.Where(known.ContainsKey).ToDictionary(name => name, name => known[name], StringComparer.Ordinal);
        string[] unknown = [.. names.Where(name => !known.ContainsKey(name)).Order(StringComparer.Ordinal)];
        if (unknown.Length > 0)
        {
            await session.ExecuteAsync("add_hosts", ("@names", unknown));
            foreach (var (name, key) in await session.QueryAsync("host_keys", row => (row.GetString(0), row.GetInt64(1)), ("@names", unknown)))
            {
                keys[name] = key;
            }
        }

        return keys;
    }

    private static void Remember(Dictionary<string, long> keys, Dictionary<string, long> hosts)
    {
        // A list may name a million hosts: what is remembered of them stays small.
        if (hosts.Count >= 10_000)
        {
            hosts.Clear();
        }

        foreach (var (name, key) in keys)
        {
            hosts[name] = key;
        }
    }

    private static async Task CopyAsync(NpgsqlBinaryImporter writer, long job, NewItem item, long host, long now, CancellationToken cancellationToken)
    {
        await writer.StartRowAsync(cancellationToken);
        await writer.WriteAsync(job, NpgsqlDbType.Bigint, cancellationToken);
        await writer.WriteAsync(item.Number, NpgsqlDbType.Integer, cancellationToken);
        await writer.WriteAsync(item.Url, NpgsqlDbType.Text, cancellationToken);
        await writer.WriteAsync(item.UrlHash, NpgsqlDbType.Bytea, cancellationToken);
        await writer.WriteAsync(host, NpgsqlDbType.Bigint, cancellationToken);
        await writer.WriteAsync(host, NpgsqlDbType.Bigint, cancellationToken);
        await writer.WriteAsync((int)(item.Error is null ? ItemState.Queued : ItemState.Failed), NpgsqlDbType.Integer, cancellationToken);
        await writer.WriteAsync((int?)item.Error, NpgsqlDbType.Integer, cancellationToken);
        await writer.WriteAsync(item.Message, NpgsqlDbType.Text, cancellationToken);
        await writer.WriteAsync(item.Error is null ? null : (long?)now, NpgsqlDbType.Bigint, cancellationToken);
        await writer.WriteAsync(JobOptionsJson.Write(item.Options), NpgsqlDbType.Text, cancellationToken);
    }
}
