namespace EchoService.Benchmarks;

/// <summary>
/// Runs a work's contenders in turns: A B C, A B C … so that what else the machine does hits all of them alike. The first run of
/// each is not counted.
/// </summary>
internal static class Turns
{
    /// <summary>For a run that was broken off to clear up behind itself.</summary>
    private static readonly TimeSpan s_clearing = TimeSpan.FromSeconds(5);

    /// <param name="with">The contenders beside the baseline; none: all.</param>
    /// <exception cref="OperationCanceledException">The program was told to stop: what was started has been stopped.</exception>
    public static async Task<WorkResult> RunAsync(Work work, int rounds, string[] with, CancellationToken cancellationToken)
    {
        await using var started = new SharedPeers();
        var runs = new List<ContenderRuns>();
        var missing = new List<string>();
        foreach (var contender in await ContendersAsync(work, with, started, missing))
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                await BreakableAsync(WarmAsync(contender), cancellationToken);
                runs.Add(new(contender, []));
            }
            catch (ToolMissingException exception)
            {
                missing.Add($"{contender.Name}: {exception.Message}");
            }
        }

        for (var round = 0; round < rounds; round++)
        {
            foreach (var (contender, samples) in runs.Where(run => round < run.Contender.MostRounds))
            {
                samples.Add(await BreakableAsync(contender.RunAsync(), cancellationToken));
            }
        }

        return new WorkResult(work, rounds, [.. runs.Select(run => new ContenderResult(run.Contender.Name, run.Samples))], missing);
    }

    /// <summary>None where a program is missing that all of them need.</summary>
    private static async Task<IReadOnlyList<IContender>> ContendersAsync(Work work, string[] with, SharedPeers peers, List<string> missing)
    {
        try
        {
            return
            [
                .. (await work.Contenders(peers)).Select(peers.Add)
                    .Where(contender => with.Length == 0 || contender.Name == work.Baseline || with.Contains(contender.Name, StringComparer.Ordinal)),
            ];
        }
        catch (ToolMissingException exception)
        {
            missing.Add($"{work.Name}: {exception.Message}");
            return [];
        }
    }

    private static async Task<Sample?> WarmAsync(IContender contender)
    {
        await contender.StartAsync();
        return contender.MostRounds == int.MaxValue ? await contender.RunAsync() : null;
    }

    /// <summary>A run without the programs that it has started fails, and so stops what it has started besides.</summary>
    private static async Task<T> BreakableAsync<T>(Task<T> run, CancellationToken cancellationToken)
    {
        try
        {
            return await run.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            ProcessUsage.KillDescendants();
            await Task.WhenAny(run, Task.Delay(s_clearing, CancellationToken.None));
            throw;
        }
    }

    private sealed record ContenderRuns(IContender Contender, List<Sample> Samples);
}
