using EchoService.Downloads.Jobs;

namespace EchoService.Cli;

/// <summary>Files of this list that earlier runs have saved.</summary>
/// <param name="InJob">Those of them that are items of this run's job: it goes on where another run ended.</param>
internal sealed record FormerFiles(int There, int InJob)
{
    public int BesideJob => There - InJob;

    public int DoneNow(Job? job) => (job?.Counts.Done ?? 0) - (job is null ? 0 : InJob);
}
