using EchoService.Downloads.Jobs;

namespace EchoService.Downloads.Store;

/// <param name="MaxRests">Rests in a row that a job's failures at a host may begin; with the last of them what is left of the job there is given up.</param>
internal sealed record CommitBatch(
    IReadOnlyList<ItemReport> Reports, IReadOnlyList<long> EndedLanes, IReadOnlyList<Placement> Placed, int MaxRests = int.MaxValue);

/// <param name="Reports">One for each report, in order.</param>
/// <param name="Lost">Placed files whose items no longer exist: they are to be removed.</param>
/// <param name="CompletedJobs">Ids of the jobs that ended by this.</param>
internal sealed record CommitResult(IReadOnlyList<ReportResult> Reports, IReadOnlyList<Placement> Lost, IReadOnlyList<string> CompletedJobs);

/// <param name="Accepted">False: the lane no longer held the item, nothing changed.</param>
/// <param name="Placement">Of a saved file that got its name: the rename that is due now.</param>
/// <param name="Error">What the item failed with, where the store decided it (a name conflict).</param>
internal sealed record ReportResult(bool Accepted, Placement? Placement = null, ItemState? Ended = null, ErrorCode? Error = null);
