using EchoService.Downloads.Fetching;
using EchoService.Downloads.Jobs;

namespace EchoService.Downloads.Store;

/// <summary>A line of a list on its way into the store. With <c>Error</c> it is a failed item from the start.</summary>
/// <param name="Host">The host's name and port.</param>
/// <param name="UrlHash">16 bytes that two lines share when they ask for the same thing.</param>
internal sealed record NewItem(int Number, string Url, string? Host, byte[]? UrlHash, ErrorCode? Error, string? Message, ItemOptions? Options = null);

/// <summary>A request's <c>Idempotency-Key</c>, and the digest of what it asked for.</summary>
internal sealed record RequestKey(string Key, byte[] Digest);

/// <summary>A leased lane: one job at one host, with its batch of items.</summary>
/// <param name="Token">Grows with every lease; what is reported with an old one changes nothing.</param>
internal sealed record Lane(long Token, long Job, string JobId, JobOptions Options, long Host, string HostName, IReadOnlyList<LaneItem> Items);

/// <param name="Attempts">Those already used up.</param>
/// <param name="Kept">What an earlier attempt left to go on from.</param>
internal sealed record LaneItem(int Number, string Url, int Attempts, ItemOptions? Options = null, KeptPart? Kept = null);

/// <summary>A part that a transfer which broke off has left, to be gone on with. Its writer is dead: only then does a row name it.</summary>
/// <param name="ETag">The strong entity tag of its bytes, quotes included.</param>
/// <param name="Token">Of the attempt that began it: part of its file's name.</param>
/// <param name="Size">Bytes that are durable; what the file holds beyond them is not trusted.</param>
internal sealed record KeptPart(string ETag, long Token, long Size);

/// <param name="Token">Of the lane that made it.</param>
internal sealed record Attempt(string JobId, int Number, long Token);

/// <summary>What the rows say of an attempt. The numbers are those of the stores' statements.</summary>
internal enum AttemptState
{
    /// <summary>The database knows no such job.</summary>
    Foreign = 0,

    /// <summary>The item is in this lane: what the attempt brings may still be committed.</summary>
    Running = 1,

    /// <summary>The item was saved by it, and its row names the file.</summary>
    Saved = 2,

    /// <summary>Nothing of it is named, nor ever will be.</summary>
    Abandoned = 3,
}

/// <summary>How a worker's turn at an item ended.</summary>
internal enum Outcome
{
    /// <summary>The part is durable: reserve its name and commit it.</summary>
    Saved,
    Failed,

    /// <summary>Failed for now; due again later.</summary>
    Retried,

    /// <summary>Handed back untried: no attempt is used up.</summary>
    Released,
}

/// <param name="Pause">Of a retried item: not due before; zero: at once.</param>
/// <param name="Kept">The part that the row names from now on; null: none, whatever it named before.</param>
internal sealed record ItemReport(
    Lane Lane, int Number, Outcome Outcome, SavedFile? File = null, FetchError? Error = null, TimeSpan Pause = default, KeptPart? Kept = null);

/// <param name="Name">The name wished for, sanitised.</param>
/// <param name="Part">The token in the part's name, where it is not the lane's: the attempt went on with an earlier one's part.</param>
internal sealed record SavedFile(string Name, OnConflict OnConflict, long Size, string Sha256, string? ContentType, int HttpStatus, long? Part = null);

/// <summary>A committed item whose part is to get its visible name.</summary>
/// <param name="Token">Of the lane that committed it.</param>
/// <param name="Part">The token in the part's name.</param>
/// <param name="Size">In bytes.</param>
internal sealed record Placement(string JobId, long Job, int Number, long Token, long Part, string Name, long Size);

/// <param name="NextDue">How long until something may be claimable again; null: nothing waits.</param>
/// <param name="Started">Ids of scheduled jobs whose time has come.</param>
/// <param name="Stopped">Keys of jobs that hold lanes and do not run any more: whoever works on them stops.</param>
/// <param name="GivenUp">Items that have failed because their host has not answered for too long; null: none.</param>
internal sealed record Claim(
    IReadOnlyList<Lane> Lanes, TimeSpan? NextDue, IReadOnlyList<string> Started, IReadOnlyList<long> Stopped, GivenUp? GivenUp = null);

/// <summary>Items of a job at a host that have failed together.</summary>
/// <param name="Host">Name and port.</param>
/// <param name="More">Others are left; the next claim takes them.</param>
/// <param name="Ended">The job, if it has ended by this.</param>
internal sealed record GivenUp(string JobId, string Host, int Items, ErrorCode Code, string Error, bool More, Job? Ended);

/// <summary>The limits that a claim keeps.</summary>
/// <param name="Slots">Lanes that this node can take more; 0: it only asks what has stopped.</param>
/// <param name="PerHost">Lanes at one host, over all jobs and nodes.</param>
/// <param name="Lease">How long the leases hold from now on.</param>
/// <param name="StartsPerSecond">Transfers that begin at one host in a second; 0: no limit.</param>
internal sealed record ClaimLimits(string Node, int Slots, int PerHost, TimeSpan Lease, double StartsPerSecond = 0)
{
    /// <summary>A lane's batch at most: long enough that a commit is shared, short enough that turns come round.</summary>
    public const int MaxBatch = 64;

    /// <summary>Who has claimed so many items claims again at once. SQLite stops there: the first lanes begin while others are still being claimed.</summary>
    public const int MaxItems = 1024;

    /// <summary>Items of one lane's batch: no more than the host may start in half a second.</summary>
    public int Batch(int otherwise) => StartsPerSecond == 0 ? otherwise : Math.Min(otherwise, (int)Math.Ceiling(StartsPerSecond / 2));
}

/// <summary>What a change of a job's state came to.</summary>
internal enum ControlResult
{
    Done,
    NotFound,

    /// <summary>The job's state does not allow it.</summary>
    Conflict,

    /// <summary>The state would allow it, but there is no item that it would change.</summary>
    Nothing,
}

/// <summary>The numbers are stored: never change one.</summary>
internal enum NoticeKind
{
    /// <summary>The job's <c>onComplete</c> URL.</summary>
    Webhook = 0,

    /// <summary>The operator's program.</summary>
    Command = 1,
}

/// <param name="Attempts">Those that failed.</param>
internal sealed record Notice(long Key, long Job, NoticeKind Kind, int Attempts);

/// <param name="Begun">Items that failed later are not part of it; microseconds since 1970.</param>
/// <param name="Code">Only items with this error; null: all that failed.</param>
internal sealed record RetryUnderWay(long Job, string JobId, long Begun, ErrorCode? Code);
