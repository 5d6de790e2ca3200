using System.Text.Json;

namespace EchoService.Cli;

/// <summary>Follows a service's job to its end: a bar on a terminal, a line for each item with <c>-v</c>, and the counts at the end.</summary>
internal sealed class JobWatch(ServerClient client, string id, bool verbose, bool json, TimeProvider time)
{
    /// <summary>Failures whose causes are asked for at the end.</summary>
    private const int MostFailures = 100_000;

    private readonly RemoteProgress _progress = new(time);
    private readonly HashSet<int> _told = [];
    private bool _missed;

    public async Task<int> RunAsync(CancellationToken token)
    {
        using var output = new Output();
        RemoteJob job;
        try
        {
            job = await FollowAsync(output, token);
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            CommandLine.Say($"Interrupted: the job goes on; 'echoctl watch {id} --server {client.Name}' follows it.");
            throw;
        }

        if (verbose && (_missed || _told.Count < job.Json.GetProperty("total").GetInt32()))
        {
            await TellAllAsync(output, token);
        }

        if (json)
        {
            await output.Text.WriteLineAsync(job.Json.GetRawText());
        }
        else
        {
            await TellEndAsync(output, job, token);
        }

        return job.AllWell ? ExitCode.Done : ExitCode.SomeFailed;
    }

    private async Task<RemoteJob> FollowAsync(Output output, CancellationToken token)
    {
        await using var bar = verbose || json ? null : DownloadBar.TryStart(_progress.Look, time);
        var stream = new JobStream(client, id, time) { Away = away => NoteAway(away, told: bar is not null) };
        return await stream.FollowAsync((name, data) => SeeAsync(output, name, data, token), token);
    }

    private void NoteAway(bool away, bool told)
    {
        _progress.NoteAway(away);
        if (!told)
        {
            CommandLine.Say(away ? $"{client.Name} does not answer; trying again." : $"{client.Name} answers again.");
        }
    }

    private async Task SeeAsync(Output output, string name, JsonElement data, CancellationToken token)
    {
        _progress.Note(data);
        if (!verbose)
        {
            return;
        }

        if (name == "snapshot")
        {
            await TellAllAsync(output, token);
            return;
        }

        // To list them anew four times a second is too much for a long list: what is missed here is told at the end.
        _missed |= data.GetProperty("resync").GetBoolean();
        Tell(output, data.GetProperty("items").EnumerateArray().Select(EndedItem.Of));
    }

    private async Task TellAllAsync(Output output, CancellationToken token)
    {
        await foreach (var item in RemoteJob.ItemsAsync(client, id, null, token))
        {
            Tell(output, [item]);
        }
    }

    private void Tell(Output output, IEnumerable<EndedItem> items)
    {
        foreach (var item in items.Where(item => item.State is not ("queued" or "running") && _told.Add(item.Number)))
        {
            if (json)
            {
                new DownloadJson(output).Line(item);
                continue;
            }

            output.Text.WriteLine(Output.Printable(item.Line));
            output.Text.Flush();
        }
    }

    private async Task TellEndAsync(Output output, RemoteJob job, CancellationToken token)
    {
        if (job.Count("failed") is 0 or > MostFailures)
        {
            await output.Text.WriteLineAsync($"{job.Counts}\n{job.Took}");
            return;
        }

        var failures = new Failures();
        await foreach (var item in RemoteJob.ItemsAsync(client, id, "failed", token))
        {
            failures.Add(item);
        }

        if (!verbose)
        {
            failures.Tell();
        }

        await output.Text.WriteLineAsync($"{failures.Summary(job.Count("done"), (job.Count("skipped"), "skipped"), (job.Count("cancelled"), "cancelled"))}\n{job.Took}");
    }
}
