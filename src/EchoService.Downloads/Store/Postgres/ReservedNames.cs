using EchoService.Downloads.Jobs;
using EchoService.Downloads.Naming;

namespace EchoService.Downloads.Store.Postgres;

/// <summary>Gives saved files their names, unique in their jobs: all wished ones at once, then the few that were taken by the job's rule.</summary>
internal sealed class ReservedNames(PostgresSession session, JobDeltas deltas, long now)
{
    /// <summary>Commits what gets a name; what does not joins those that end otherwise.</summary>
    public async Task SaveAsync(IReadOnlyList<HeldItem> saved, List<EndedItem> ended, ReportResult[] results)
    {
        var named = new List<(HeldItem Item, string Name)>();
        var left = await TakeAsync([.. saved.Select(item => (item, item.Report.File!.Name))], named);
        var renaming = new List<HeldItem>();
        foreach (var (item, name) in left)
        {
            switch (item.Report.File!.OnConflict)
            {
                case OnConflict.Overwrite:
                    await OverwriteAsync(item, named, ended);
                    break;
                case OnConflict.Rename:
                    renaming.Add(item);
                    break;
                case OnConflict.Skip:
                    ended.Add(new EndedItem(item, ItemState.Skipped, null, $"The name '{name}' is taken.", item.Report.File.HttpStatus));
                    break;
                default:
                    ended.Add(Conflict(item));
                    break;
            }
        }

        while (renaming.Count > 0)
        {
            renaming = [.. (await TakeAsync(await CopiesAsync(renaming), named)).Select(taken => taken.Item)];
        }

        await CommitAsync(named, results);
    }

    /// <summary>Takes names that are free. Returns what is left: taken by others, or by an earlier one of these.</summary>
    private async Task<List<(HeldItem Item, string Name)>> TakeAsync(List<(HeldItem Item, string Name)> wished, List<(HeldItem, string)> named)
    {
        if (wished.Count == 0)
        {
            return [];
        }

        var firsts = wished.GroupBy(each => KeyOf(each.Item, each.Name)).ToDictionary(group => group.Key, group => group.First());
        var taken = await session.QueryAsync(
            "take_names",
            row => (row.GetInt64(0), row.GetString(1)),
            ("@jobs", firsts.Keys.Select(key => key.Job).ToArray()),
            ("@names", firsts.Keys.Select(key => key.Name).ToArray()),
            ("@numbers", firsts.Values.Select(first => first.Item.Report.Number).ToArray()));
        var winners = taken.Select(key => firsts[key]).ToList();
        named.AddRange(winners);
        var served = winners.Select(winner => winner.Item).ToHashSet();
        return [.. wished.Where(each => !served.Contains(each.Item))];
    }

    /// <summary>The next numbered names, as many of each as are needed: <c>name (1).ext</c>.</summary>
    private async Task<List<(HeldItem Item, string Name)>> CopiesAsync(List<HeldItem> items)
    {
        var groups = items.GroupBy(item => KeyOf(item, item.Report.File!.Name)).OrderBy(group => group.Key).ToList();
        var last = (await session.QueryAsync(
            "next_copies",
            row => (Key: (row.GetInt64(0), row.GetString(1)), Next: row.GetInt32(2)),
            ("@jobs", groups.Select(group => group.Key.Job).ToArray()),
            ("@names", groups.Select(group => group.Key.Name).ToArray()),
            ("@numbers", groups.Select(group => group.Count()).ToArray()))).ToDictionary(row => row.Key, row => row.Next);
        return [.. groups.SelectMany(group => group.Select((item, place) =>
            (item, FileName.WithSuffix(item.Report.File!.Name, last[group.Key] - group.Count() + place + 1))))];
    }

    /// <summary>The name passes to this item, unless it passes to none; the one that had it is skipped, so that no two items name one file.</summary>
    private async Task OverwriteAsync(HeldItem item, List<(HeldItem Item, string Name)> named, List<EndedItem> ended)
    {
        var (job, number) = (item.Report.Lane.Job, item.Report.Number);
        var name = item.Report.File!.Name;
        var key = FileName.Key(name);
        var owner = (int)(await session.ScalarAsync("name_owner", ("@job", job), ("@name", key)))!.Value;
        if (owner < 0)
        {
            ended.Add(Conflict(item));
            return;
        }

        await session.ExecuteAsync("pass_name", ("@n", number), ("@job", job), ("@name", key));
        foreach (var (state, size) in await session.QueryAsync(
            "overwritten",
            row => ((ItemState)row.GetInt32(0), row.GetInt64(1)),
            ("@error", $"Overwritten by line {number}."), ("@job", job), ("@n", owner)))
        {
            deltas.Of(job).Overwritten(state, size);
        }

        // An earlier one of this batch gives the name up before it has it.
        if (named.FindIndex(each => each.Item.Report.Lane.Job == job && each.Item.Report.Number == owner) is >= 0 and var earlier)
        {
            var loser = named[earlier].Item;
            ended.Add(new EndedItem(loser, ItemState.Skipped, null, $"Overwritten by line {number}.", loser.Report.File!.HttpStatus));
            named.RemoveAt(earlier);
        }

        named.Add((item, name));
    }

    private async Task CommitAsync(List<(HeldItem Item, string Name)> named, ReportResult[] results)
    {
        if (named.Count == 0)
        {
            return;
        }

        await session.ExecuteAsync(
            "commit_items",
            ("@jobs", named.Select(each => each.Item.Report.Lane.Job).ToArray()),
            ("@numbers", named.Select(each => each.Item.Report.Number).ToArray()),
            ("@file_names", named.Select(each => each.Name).ToArray()),
            ("@parts", named.Select(each => each.Item.Report.File!.Part ?? each.Item.Report.Lane.Token).ToArray()),
            ("@sizes", named.Select(each => each.Item.Report.File!.Size).ToArray()),
            ("@digests", named.Select(each => each.Item.Report.File!.Sha256).ToArray()),
            ("@content_types", named.Select(each => each.Item.Report.File!.ContentType).ToArray()),
            ("@http_statuses", named.Select(each => each.Item.Report.File!.HttpStatus).ToArray()),
            ("@now", now));
        foreach (var (item, name) in named)
        {
            results[item.Index] = new ReportResult(true, CommitTransaction.PlacementOf(item.Report, name), ItemState.Done);
        }
    }

    private static EndedItem Conflict(HeldItem item) => new(
        item, ItemState.Failed, ErrorCode.NameConflict, $"The name '{item.Report.File!.Name}' is taken.", item.Report.File.HttpStatus);

    private static (long Job, string Name) KeyOf(HeldItem item, string name) => (item.Report.Lane.Job, FileName.Key(name));
}
