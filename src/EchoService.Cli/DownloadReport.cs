using System.Globalization;
using EchoService.Downloads;
using EchoService.Downloads.Jobs;
using EchoService.Downloads.Store.Sqlite;

namespace EchoService.Cli;

/// <summary>What a download says: at its begin, for each item with <c>-v</c>, and at its end.</summary>
internal sealed class DownloadReport(Output output, DownloadRequest request, SqliteDownloadStore store)
{
    /// <summary>Failures that are told without <c>-v</c>.</summary>
    private const int FewFailures = 5;

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

        output.Text.WriteLine(item.State switch
        {
            ItemState.Done => $"done     {item.Url} -> {item.FileName} ({Sizes.Text(item.Size ?? 0)})",
            ItemState.Failed => $"failed   {item.Url}: {item.Error} ({item.ErrorCode?.Text()})",
            _ => $"{item.State.ToString().ToLowerInvariant(),-8} {item.Url}: {item.Error}",
        });
        output.Text.Flush();
    }

    /// <param name="job">Null: everything was there already.</param>
    public int End(Job? job, FormerFiles former, TimeSpan took)
    {
        var errors = job is null ? [] : Errors(job);
        if (request.Verbose)
        {
            TellUntransferred(job);
        }

        if (request.Json)
        {
            _json.Job(request, job, former, took, errors, request.Verbose || job is null ? [] : Items(job, null));
        }
        else
        {
            TellFailures(job);
            output.Text.WriteLine(Summary(job, former, errors));
            output.Text.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Took {took.TotalSeconds:0.00} seconds"));
            output.Text.Flush();
        }

        return job is { Counts.Failed: > 0 } or { Counts.Cancelled: > 0 } ? ExitCode.SomeFailed : ExitCode.Done;
    }

    public static void Interrupted(Job? job)
    {
        var left = job is null ? 0 : job.Counts.Queued + job.Counts.Running;
        CommandLine.Say(job is null ? "Interrupted." : $"Interrupted: {job.Counts.Done} done, {left} left. The same command goes on from there.");
    }

    /// <summary>As <c>73 done, 27 failed (httpStatus 20, notFound 7)</c>.</summary>
    private static string Summary(Job? job, FormerFiles former, IReadOnlyDictionary<string, int> errors)
    {
        var parts = new List<string> { $"{former.DoneNow(job)} done" };
        if (errors.Count > 0)
        {
            parts.Add($"{errors.Values.Sum()} failed ({string.Join(", ", errors.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key} {pair.Value}"))})");
        }

        foreach (var (count, name) in ((int, string)[])[(job?.Counts.Skipped ?? 0, "skipped"), (job?.Counts.Cancelled ?? 0, "cancelled"), (former.There, "already there")])
        {
            if (count > 0)
            {
                parts.Add($"{count} {name}");
            }
        }

        return string.Join(", ", parts);
    }

    private static string Count(int number, string what) => $"{number} {what}{(number == 1 ? "" : "s")}";

    private Dictionary<string, int> Errors(Job job) =>
        Items(job, ItemState.Failed).GroupBy(item => item.ErrorCode!.Value).ToDictionary(group => group.Key.Text(), group => group.Count(), StringComparer.Ordinal);

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

    private void TellFailures(Job? job)
    {
        if (request.Verbose || job is not { Counts.Failed: > 0 })
        {
            return;
        }

        foreach (var item in Items(job, ItemState.Failed).Take(FewFailures))
        {
            CommandLine.Say($"{item.Url}: {item.Error} ({item.ErrorCode?.Text()})");
        }

        if (job.Counts.Failed > FewFailures)
        {
            CommandLine.Say($"… and {job.Counts.Failed - FewFailures} more; -v tells each as it happens.");
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
