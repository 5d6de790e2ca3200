using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using EchoService.Downloads.Engine;
using EchoService.Downloads.Jobs;
using EchoService.Downloads.Store;
using Microsoft.Extensions.Options;

namespace EchoService.Downloads.Intake;

/// <summary>
/// Takes lists in. A job is real only when all of it is durable; a list that breaks off leaves nothing. A request with a key
/// makes one job, however often it is sent.
/// </summary>
internal sealed class JobIntake(IDownloadStore store, Wake wake, JobEvents events, IOptions<DownloadsOptions> options, TimeProvider time)
{
    private const int MaxKeyLength = 255;

    private readonly ConcurrentDictionary<(string? Owner, string Key), byte> _inFlight = new();

    /// <param name="owner">The name of the API key that posts it; null: nobody's.</param>
    /// <param name="requestKey">The request's <c>Idempotency-Key</c>, one of this owner's; null: it has none.</param>
    /// <exception cref="ListException">The list or the key is refused.</exception>
    public async Task<Job> SubmitAsync(ListReader read, string? owner, string? requestKey, CancellationToken cancellationToken)
    {
        if (requestKey is null)
        {
            return await ReceiveAsync(read, owner, null, cancellationToken);
        }

        if (requestKey.Length is 0 or > MaxKeyLength || requestKey.Any(character => character is <= ' ' or > '~'))
        {
            throw new ListException("invalidIdempotencyKey", $"Idempotency-Key must be 1 to {MaxKeyLength} printable ASCII characters.");
        }

        if (!_inFlight.TryAdd((owner, requestKey), 0))
        {
            throw InFlight();
        }

        try
        {
            return await store.FindRequestAsync(owner, requestKey, cancellationToken) is { } earlier
                ? await CompareAsync(read, earlier, cancellationToken)
                : await ReceiveAsync(read, owner, requestKey, cancellationToken);
        }
        finally
        {
            _inFlight.TryRemove((owner, requestKey), out _);
        }
    }

    private async Task<Job> ReceiveAsync(ListReader read, string? owner, string? requestKey, CancellationToken cancellationToken)
    {
        using var digest = requestKey is null ? null : IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var quota = new OwnerQuota(store, options.Value, owner);
        await quota.CheckAsync(cancellationToken);
        var id = Guid.CreateVersion7(time.GetUtcNow()).ToString("N");
        var key = await store.ReceiveAsync(id, owner, cancellationToken);
        var receiver = new ListReceiver(store, key, options.Value.MaxItemsPerJob, digest, time, cancellationToken) { Quota = quota };
        (int Skipped, bool Ended) published;
        try
        {
            var jobOptions = await read(receiver, cancellationToken);
            await receiver.CompleteAsync();
            if (receiver.Count == 0)
            {
                throw new ListException("emptyList", "The list has no URL.");
            }

            var request = requestKey is null ? null : new RequestKey(requestKey, Finish(digest!, jobOptions));
            published = await store.PublishAsync(key, receiver.Count, jobOptions, request, cancellationToken)
                ?? throw InFlight();
            Failpoint.Pass(Failpoint.AfterPublish);
        }
        catch
        {
            await receiver.AbandonAsync();
            await store.DiscardAsync(key, CancellationToken.None);
            throw;
        }

        wake.Signal();
        var job = (await store.FindJobAsync(id, CancellationToken.None))!;
        events.Received(job, receiver.Bad, published.Skipped, published.Ended);
        return job;
    }

    /// <summary>The job of the earlier request, where this one asks for the same.</summary>
    private async Task<Job> CompareAsync(ListReader read, (byte[] Digest, string Job) earlier, CancellationToken cancellationToken)
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var receiver = new ListReceiver(store, null, options.Value.MaxItemsPerJob, digest, time, cancellationToken);
        var jobOptions = await read(receiver, cancellationToken);
        return CryptographicOperations.FixedTimeEquals(Finish(digest, jobOptions), earlier.Digest) && await store.FindJobAsync(earlier.Job, cancellationToken) is { } job
            ? job
            : throw new ListException("idempotencyMismatch", "This Idempotency-Key belongs to another list: use a new key for a new list.");
    }

    private static ListException InFlight() =>
        new("idempotencyInFlight", "A request with this Idempotency-Key is under way: ask again when it has ended.");

    private static byte[] Finish(IncrementalHash digest, JobOptions options)
    {
        digest.AppendData(Encoding.UTF8.GetBytes(JobOptionsJson.Write(options)));
        return digest.GetHashAndReset();
    }
}
