namespace EchoService.Benchmarks;

/// <summary>
/// Runs a work's contenders in turns: A B C, A B C … so that what else the machine does hits all of them alike. The first run of
/// each is not counted.
/// </summary>
internal static class Turns
{
    public static async Task<WorkResult> RunAsync(Work work, int rounds, CancellationToken cancellationToken)
    {
        await using var peers = new SharedPeers();
        var runs = new List<ContenderRuns>();
        var missing = new List<string>();
        try
        {
            foreach (var contender in await work.Contenders(peers))
            {
                var started = new ContenderRuns(contender);
                runs.Add(started);
                if (!await StartAsync(started, missing))
                {
                    runs.Remove(started);
                    await contender.DisposeAsync();
                }
            }

            for (var round = 0; round < rounds; round++)
            {
                foreach (var run in runs.Where(run => round < run.Contender.MostRounds))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    run.Samples.Add(await run.Contender.RunAsync());
                }
            }

            return new WorkResult(work, rounds, [.. runs.Select(run => new ContenderResult(run.Contender.Name, run.Samples))], missing);
        }
        finally
        {
            foreach (var run in runs)
            {
                await run.Contender.DisposeAsync();
            }
        }
    }

    private static async Task<bool> StartAsync(ContenderRuns run, List<string> missing)
    {
        try
        {
            await run.Contender.StartAsync();
            if (run.Contender.MostRounds == int.MaxValue)
            {
                await run.Contender.RunAsync();
            }

            return true;
        }
        catch (ToolMissingException exception)
        {
            missing.Add($"{run.Contender.Name}: {exception.Message}");
            return false;
        }
    }

    private sealed record ContenderRuns(IContender Contender)
    {
        public List<Sample> Samples { get; } = [];
    }
}
