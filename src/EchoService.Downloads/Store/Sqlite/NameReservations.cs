using EchoService.Downloads.Jobs;
using EchoService.Downloads.Naming;

namespace EchoService.Downloads.Store.Sqlite;

/// <summary>Takes file names within a job's folder, so that no two items ever name one file.</summary>
internal sealed class NameReservations(SqliteSession session, JobCounters counters)
{
    /// <summary>False: it is taken, or reserved.</summary>
    public bool TryTake(ItemReport report, string name) => Take(report, FileName.Key(name));

    /// <summary>Undoes <see cref="TryTake"/>.</summary>
    public void GiveBack(long job, string name) => session.Execute("give_name_back", ("@job", job), ("@name", FileName.Key(name)));

    /// <summary>Takes by the job's rule what is to be had where the wished name is taken; null: the rule is to give up.</summary>
    public string? TakeAnother(ItemReport report, SavedFile file)
    {
        var key = FileName.Key(file.Name);
        switch (file.OnConflict)
        {
            case OnConflict.Overwrite:
                return Overwrite(report, key) ? file.Name : null;
            case OnConflict.Rename:
                while (true)
                {
                    var copy = session.Scalar("next_copy", ("@job", report.Lane.Job), ("@name", key))!.Value;
                    var name = FileName.WithSuffix(file.Name, (int)copy);
                    if (Take(report, FileName.Key(name)))
                    {
                        return name;
                    }
                }

            default:
                return null;
        }
    }

    private bool Take(ItemReport report, string key) =>
        session.Execute("take_name", ("@job", report.Lane.Job), ("@name", key), ("@n", report.Number)) > 0;

    /// <summary>The name passes to this item; the one that had it is skipped. False: it does not pass to any.</summary>
    private bool Overwrite(ItemReport report, string key)
    {
        var job = report.Lane.Job;
        var owner = session.Scalar("name_owner", ("@job", job), ("@name", key))!.Value;
        if (owner < 0)
        {
            return false;
        }

        session.Execute("pass_name", ("@n", report.Number), ("@job", job), ("@name", key));
        foreach (var state in (ReadOnlySpan<ItemState>)[ItemState.Done, ItemState.Committed])
        {
            var size = session.Scalar("size_of", ("@job", job), ("@n", owner), ("@state", (int)state));
            if (session.Execute("overwritten", ("@error", $"Overwritten by line {report.Number}."), ("@job", job), ("@n", owner), ("@state", (int)state)) > 0)
            {
                var change = counters.Of(job);
                change.Skipped++;
                change.Done -= state == ItemState.Done ? 1 : 0;
                change.Running -= state == ItemState.Committed ? 1 : 0;
                change.Bytes -= state == ItemState.Done ? size ?? 0 : 0;
            }
        }

        return true;
    }
}
