using EchoService.Tests.Testing;
using Npgsql;

namespace EchoService.Tests.Downloads.Content;

/// <summary>What killed nodes leave in a bucket goes; what is alive, named or another's stays.</summary>
public sealed class S3SweepTests(PostgresServer server)
{
    private const string TimeLibrary = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";

    /// <summary>As long as a loaded machine may let a node stand still without its items becoming others'.</summary>
    private static readonly (string Key, string? Value) s_lease = ("Downloads:LeaseSeconds", "5");

    /// <summary>Keys of another service, and of somebody else.</summary>
    private static readonly string[] s_foreign = ["0198aaaaaaaaaaaaaaaaaaaaaaaaaaaa/1-1", "notes.txt"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AnUploadOfAKilledNodeIsAbortedAndOneThatGoesOnIsNot()
    {
        Assert.SkipUnless(File.Exists(TimeLibrary), "faketime is not installed: tests/run as root installs it");
        await using var s3 = await S3Server.StartAsync(S3Kind.Swift);
        await using var origin = await Origin.StartAsync(Token);
        var gate = new TaskCompletionSource();
        var large = OriginAnswer.File(1, 20_000_000);
        origin.OnPrefix("/dead", (_, number) => number == 1 ? large with { HangAfter = 12_000_000 } : OriginAnswer.Text("now"));
        origin.On("/live", large with { PauseAfter = 12_000_000, PauseGate = gate.Task });

        // The origin of the one that goes on is silent for as long as the nodes take: that is no stall.
        await using var nodes = new ServiceNodes(await server.NewDatabaseAsync(), [s_lease, ("Downloads:StallSeconds", "600")], s3.Settings);
        await nodes.StartAsync(1);
        var dead = await new DownloadsClient(nodes[0].Client).SubmitAsync(["/dead"], origin);
        await Eventually.True(async () => (await s3.UploadsAsync()).Count == 1, "an upload has begun");
        await nodes[0].KillAsync();

        await ServiceNodes.ReadyAsync(await nodes.StartAsync());
        var downloads = new DownloadsClient(nodes[1].Client);
        var live = await downloads.SubmitAsync(["/live"], origin);
        await Eventually.True(async () => (await s3.UploadsAsync()).Any(key => key.StartsWith(live, StringComparison.Ordinal)), "the other upload has begun");

        await nodes[1].Output.WaitForAsync("Removed from the bucket what killed nodes left: 1 uploads, 0 objects", Token);

        // More than a page.
        foreach (var key in s_foreign.Concat(Enumerable.Range(999990, 10).Select(token => $"{live}/9-{token}")))
        {
            await s3.BeginUploadAsync(key);
        }

        await nodes.StartAsync(node =>
        {
            node.Environment["LD_PRELOAD"] = TimeLibrary;
            node.Environment["FAKETIME"] = "+600s"; // as much as a signature may be off, and very much more than a lease
            node.Environment["FAKETIME_DONT_FAKE_MONOTONIC"] = "1";
        });
        await nodes[2].Output.WaitForAsync("Removed from the bucket what killed nodes left: 10 uploads, 0 objects", Token);
        await Eventually.Passes(async () =>
            Assert.Equal([s_foreign[0], live, s_foreign[1]], (await s3.UploadsAsync()).Select(key => key.Split("/1-")[0] == live ? live : key)));
        Assert.Equal(1, DownloadsClient.Count(await downloads.EndAsync(dead), "done"));

        gate.SetResult();
        Assert.Equal(1, DownloadsClient.Count(await downloads.EndAsync(live), "done"));

        // A node whose renewal is answered too late breaks off by itself, and says so: that is no sweep's doing.
        Assert.True(
            origin.Requests("/live") == 1 || Enumerable.Range(1, 2).Any(node => ServiceNodes.HasRenewedLate(nodes[node])),
            $"{origin.Requests("/live")} requests");
        Assert.Equal(origin.Sha256("/live"), await new DownloadsClient(nodes[1].Client).ServedSha256Async(live, 1));
        Assert.Equal(s_foreign, await s3.UploadsAsync());
    }

    [Fact]
    public async Task AnObjectThatNoRowNamesIsRemovedAndOneThatARowIsAboutToNameIsNot()
    {
        await using var s3 = await S3Server.StartAsync(S3Kind.Swift);
        await using var origin = await Origin.StartAsync(Token);
        var gate = new TaskCompletionSource();
        origin.On("/lost", OriginAnswer.File(1, 1000)).On("/slow", OriginAnswer.File(2, 2000) with { Gate = gate.Task });
        var database = await server.NewDatabaseAsync();
        await using var nodes = new ServiceNodes(database, [s_lease], s3.Settings);
        var first = await nodes.StartAsync(node => node.Environment["ECHOSERVICE_FAILPOINT"] = "before-commit:1");
        await ServiceNodes.ReadyAsync(first);
        var lost = await new DownloadsClient(first.Client).SubmitAsync(["/lost"], origin);
        Assert.Equal(137, await first.ExitAsync());
        var orphan = Assert.Single(await s3.KeysAsync());

        await ServiceNodes.ReadyAsync(await nodes.StartAsync());
        var downloads = new DownloadsClient(nodes[1].Client);
        Assert.Equal(1, DownloadsClient.Count(await downloads.EndAsync(lost), "done"));
        var slow = await downloads.SubmitAsync(["/slow"], origin);
        await origin.RequestAsync(3, Token);
        await using var source = NpgsqlDataSource.Create(database + ";Pooling=false");
        await using var connection = await source.OpenConnectionAsync(Token);
        await using var holding = await connection.BeginTransactionAsync(Token);
        await using var hold = new NpgsqlCommand("SELECT n FROM items WHERE state = 1 FOR UPDATE", connection, holding);
        Assert.Equal(1, await hold.ExecuteScalarAsync(Token));
        gate.SetResult();
        await Eventually.True(async () => (await s3.KeysAsync()).Any(key => key.StartsWith(slow, StringComparison.Ordinal)), "the object is there and its row cannot be written");
        var unnamed = (await s3.KeysAsync()).Single(key => key.StartsWith(slow, StringComparison.Ordinal));

        // More than a page, and the last that a sweep comes to.
        var last = $"{slow}/9-999999";
        foreach (var key in s_foreign.Concat(Enumerable.Range(999990, 10).Select(token => $"{slow}/9-{token}")))
        {
            await s3.PutAsync(key);
        }

        await nodes.StartAsync();
        await Eventually.True(async () => !(await s3.KeysAsync()).Contains(last), "a sweep has gone over all of the bucket");
        var left = await s3.KeysAsync();
        Assert.Contains(unnamed, left);
        Assert.DoesNotContain(orphan, left);

        // Where the row was held for longer than its lane was leased, the item may be fetched once more; that is no sweep's doing.
        await holding.RollbackAsync(Token);
        Assert.Equal(1, DownloadsClient.Count(await downloads.EndAsync(slow), "done"));
        Assert.Equal(1, DownloadsClient.Count(await downloads.JobAsync(lost), "done"));
        Assert.Equal(origin.Sha256("/lost"), await new DownloadsClient(nodes[1].Client).ServedSha256Async(lost, 1));
        Assert.Equal(origin.Sha256("/slow"), await new DownloadsClient(nodes[1].Client).ServedSha256Async(slow, 1));
        Assert.Equal(s_foreign, (await s3.KeysAsync()).Where(key => !key.StartsWith(lost, StringComparison.Ordinal) && !key.StartsWith(slow, StringComparison.Ordinal)));
        await Eventually.True(async () => (await s3.KeysAsync()).Count == s_foreign.Length + 2, "each file is one object");
    }

    [Fact]
    public async Task AProcessWithItsOwnDatabaseRemovesWhatItsFormerSelfLeft()
    {
        await using var s3 = await S3Server.StartAsync(S3Kind.Swift);
        await using var origin = await Origin.StartAsync(Token);
        origin.On("/cut", OriginAnswer.File(1, 20_000_000) with { HangAfter = 12_000_000 }).On("/lost", OriginAnswer.File(2, 1000));
        await using var service = ServiceProcess.Create([DownloadsClient.Loopback, ("Downloads:LeaseSeconds", "1"), .. s3.Settings]);
        await service.StartAsync();
        var id = await new DownloadsClient(service.Client).SubmitAsync(["/cut"], origin);
        await Eventually.True(async () => (await s3.UploadsAsync()).Count == 1, "an upload has begun");
        await service.KillAsync();
        origin.On("/cut", OriginAnswer.Text("now"));
        await s3.PutAsync($"{id}/1-999999");

        await service.StartAsync();

        Assert.Equal(1, DownloadsClient.Count(await new DownloadsClient(service.Client).EndAsync(id), "done"));
        await service.Output.WaitForAsync("Removed from the bucket what killed nodes left: 1 uploads, 1 objects", Token);
        Assert.Empty(await s3.UploadsAsync());
        Assert.StartsWith(id, Assert.Single(await s3.KeysAsync()), StringComparison.Ordinal);
    }
}
