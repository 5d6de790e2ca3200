using System.Globalization;
using EchoService.Downloads.Jobs;
using EchoService.Downloads.Store.Sqlite;

namespace EchoService.Cli;

/// <summary>What a download says: at its begin, for each item with <c>-v</c>, and at its end.</summary>
internal sealed class DownloadReport(Output output, DownloadRequest request, SqliteDownloadStore store)
{
    private readonly DownloadJson _json = new(output);

    public void Begin(Job job, FormerFiles former)
    {
        if (request.Json)
        {
            return;
        }

        var there = former.There > 0 ? $", {former.There} already there" : "";
        output.Text.WriteLine($"{Count(job.Total + former.BesideJob, "URL")} to {request.Output}, {request.Concurrency} at once{there}");
        output.Text.Flush();
    }

    public void Item(EndedItem item)
    {
        if (request.Json)
        {
            _json.Line(item);
            return;
        }

        output.Text.WriteLine(Output.Printable(item.Line));
        output.Text.Flush();
    }

    /// <param name="job">Null: everything was there already.</param>
    public int End(Job? job, FormerFiles former, TimeSpan took)
    {
        var failures = new Failures();
        foreach (var item in job is { Counts.Failed: > 0 } ? Items(job, ItemState.Failed) : [])
        {
            failures.Add(EndedItem.Of(item));
        }

        if (request.Verbose)
        {
            TellUntransferred(job);
        }

        if (request.Json)
        {
            _json.Job(request, job, former, took, failures, request.Verbose || job is null ? [] : Items(job, null));
        }
        else
        {
            TellEnd(job, former, took, failures);
        }

        return job is { Counts.Failed: > 0 } or { Counts.Cancelled: > 0 } ? ExitCode.SomeFailed : ExitCode.Done;
    }

    public static void Interrupted(Job? job)
    {
        var left = job is null ? 0 : job.Counts.Queued + job.Counts.Running;
        CommandLine.Say(job is null ? "Interrupted." : $"Interrupted: {job.Counts.Done} done, {left} left. The same command goes on from there.");
    }

    private static string Count(int number, string what) => $"{number} {what}{(number == 1 ? "" : "s")}";

    private void TellEnd(Job? job, FormerFiles former, TimeSpan took, Failures failures)
    {
        if (!request.Verbose)
        {
            failures.Tell();
        }

        output.Text.WriteLine(failures.Summary(
            former.DoneNow(job), (job?.Counts.Skipped ?? 0, "skipped"), (job?.Counts.Cancelled ?? 0, "cancelled"), (former.There, "already there")));
        output.Text.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Took {took.TotalSeconds:0.00} seconds"));
        output.Text.Flush();
    }

    /// <summary>Lines that ended without a transfer: no URLs, and URLs that came before.</summary>
    private void TellUntransferred(Job? job)
    {
        if (job is null)
        {
            return;
        }

        foreach (var item in Items(job, ItemState.Failed).Where(item => item.Attempts == 0).Concat(Items(job, ItemState.Skipped).Where(item => item.DuplicateOf is not null)))
        {
            Item(EndedItem.Of(item));
        }
    }

    private IEnumerable<Item> Items(Job job, ItemState? state)
    {
        for (long? after = null; ;)
        {
            var page = store.ListItems(job.Key, state, null, after, 1000);
            foreach (var item in page.Items)
            {
                yield return item;
            }

            if ((after = page.Next) is null)
            {
                yield break;
            }
        }
    }
}
