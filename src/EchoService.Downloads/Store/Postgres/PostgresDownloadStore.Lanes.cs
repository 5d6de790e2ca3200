using EchoService.Downloads.Jobs;
using Npgsql;

namespace EchoService.Downloads.Store.Postgres;

/// <content>How lanes are leased: running jobs in turn, within a job the queue that was served longest ago; many lanes in one statement.</content>
internal sealed partial class PostgresDownloadStore
{
    public async Task<Claim> ClaimAsync(ClaimLimits limits, CancellationToken cancellationToken)
    {
        var stopped = await database.ReadAsync(
            session => session.QueryAsync("stopped_jobs", row => row.GetInt64(0), ("@node", limits.Node)), cancellationToken);
        return limits.Slots == 0
            && await database.ReadAsync(session => session.ScalarAsync("any_failing"), cancellationToken) is null
            ? new Claim([], null, [], stopped)
            : await database.TransactAsync(session => ClaimLanesAsync(session, limits, stopped), cancellationToken);
    }

    public Task<IReadOnlySet<long>> RenewAsync(IReadOnlyCollection<long> tokens, TimeSpan lease, CancellationToken cancellationToken) =>
        database.TransactAsync<IReadOnlySet<long>>(
            async session =>
            {
                var renewed = await session.QueryAsync(
                    "renew", row => row.GetInt64(0), ("@tokens", tokens.ToArray()), ("@lease", StoreTime.FromSpan(lease)));
                return tokens.Except(renewed).ToHashSet();
            },
            cancellationToken);

    public Task<TimeSpan?> BookStartAsync(long host, TimeSpan interval, TimeSpan patience, CancellationToken cancellationToken) =>
        database.TransactAsync<TimeSpan?>(
            async session =>
            {
                await session.RelaxAsync();
                var wait = await session.ScalarAsync(
                    "book_start", ("@host", host), ("@interval", StoreTime.FromSpan(interval)), ("@patience", StoreTime.FromSpan(patience)));
                return wait is { } time ? StoreTime.ToSpan(Math.Max(0, time)) : null;
            },
            cancellationToken);

    public Task HandBackAsync(string node, CancellationToken cancellationToken) =>
        database.TransactAsync(
            async session =>
            {
                var now = await session.LockClaimsAsync();
                if (await EndLanesAsync(session, "end_lanes_of", now, ("@node", node)))
                {
                    await session.WakeAsync();
                }

                return true;
            },
            cancellationToken);

    public Task KeepPartAsync(Lane lane, int number, KeptPart kept, CancellationToken cancellationToken) =>
        database.TransactAsync(
            async session =>
            {
                await session.RelaxAsync();
                return await session.ExecuteAsync(
                    "keep_part",
                    ("@etag", kept.ETag), ("@part", kept.Token), ("@part_size", kept.Size), ("@job", lane.Job), ("@n", number), ("@token", lane.Token));
            },
            cancellationToken);

    public Task<bool> NamesPartAsync(string jobId, int number, long part, CancellationToken cancellationToken) => database.ReadAsync(
        async session => await session.ScalarAsync("names_part", ("@id", jobId), ("@n", number), ("@part", part)) is not null, cancellationToken);

    public async Task<IReadOnlyList<AttemptState>> AttemptsAsync(IReadOnlyList<Attempt> attempts, CancellationToken cancellationToken) => await database.ReadAsync(
        session => session.QueryAsync(
            "attempts",
            row => (AttemptState)row.GetInt32(0),
            ("@jobs", attempts.Select(each => each.JobId).ToArray()),
            ("@numbers", attempts.Select(each => each.Number).ToArray()),
            ("@tokens", attempts.Select(each => each.Token).ToArray())),
        cancellationToken);

    private static async Task<Claim> ClaimLanesAsync(PostgresSession session, ClaimLimits limits, IReadOnlyList<long> stopped)
    {
        var now = await session.LockClaimsAsync();
        await EndExpiredLanesAsync(session, now);
        var started = await session.QueryAsync("promote", row => row.GetString(0), ("@now", now));
        var givenUp = await FailGivenUpAsync(session, now);
        var rows = await session.QueryAsync(
            "claim",
            row => new ClaimedRow(
                row.GetInt64(0), row.GetInt64(1), row.GetString(2), row.GetString(3), row.GetInt64(4), row.GetString(5), ReadItem(row)),
            ("@now", now),
            ("@slots", limits.Slots),
            ("@per_host", limits.PerHost),
            ("@new_per_host", limits.StartsPerSecond > 0 ? 1 : int.MaxValue),
            ("@max_batch", limits.Batch(ClaimLimits.MaxBatch)),
            ("@node", limits.Node),
            ("@expires_at", now + StoreTime.FromSpan(limits.Lease)),
            ("@starts_per_second", limits.StartsPerSecond));
        if (rows.Count > 0)
        {
            if (limits.StartsPerSecond > 0)
            {
                await session.ExecuteAsync("rest_closed_hosts", ("@hosts", rows.Select(row => row.Host).Distinct().ToArray()));
            }

            var jobs = rows.GroupBy(row => row.Job).ToList();
            await CountAsync(session, "serve_jobs", now, [.. jobs.Select(job => job.Key)], [.. jobs.Select(job => job.Count())]);
        }

        var due = await session.ScalarAsync("next_due");
        return new Claim(Lanes(rows), due is { } at ? StoreTime.ToSpan(Math.Max(0, at - now)) : null, started, stopped, givenUp);
    }

    private static List<Lane> Lanes(List<ClaimedRow> rows) => [.. rows.GroupBy(row => row.Token).Select(group => Lane(group.First(), group))];

    private static Lane Lane(ClaimedRow lane, IEnumerable<ClaimedRow> rows) => new(
        lane.Token, lane.Job, lane.JobId, JobOptionsJson.Parse(lane.JobOptions), lane.Host, lane.HostName, [.. rows.Select(row => row.Item)]);

    private static LaneItem ReadItem(NpgsqlDataReader row) => new(
        row.GetInt32(6),
        row.GetString(7),
        row.GetInt32(8),
        JobOptionsJson.ParseItem(Rows.Text(row, 9)),
        row.IsDBNull(10) ? null : new KeptPart(row.GetString(10), row.GetInt64(11), row.GetInt64(12)));

    private sealed record ClaimedRow(long Token, long Job, string JobId, string JobOptions, long Host, string HostName, LaneItem Item);
}
