using System.Diagnostics;
using System.Net;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Downloads.Nodes;

/// <summary>A node that stops, stands still, has another time or no database yet: what becomes of its work, and of the others.</summary>
public sealed class AbsentNodeTests(PostgresServer server)
{

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task SigtermHandsLeasesBackAtOnceAndOthersTakeOver()
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.OnPrefix("/", (path, number) => number == 1 ? OriginAnswer.File(1, 1000) with { HangAfter = 10 } : OriginAnswer.Text(path));
        var database = await server.NewDatabaseAsync();
        await using var nodes = new ServiceNodes(database, []);
        await nodes.StartAsync(1);
        var id = await new DownloadsClient(nodes[0].Client).SubmitAsync(Enumerable.Range(0, 8).Select(i => $"/{i}"), origin);
        await origin.RequestAsync(8, Token);
        await ServiceNodes.ReadyAsync(await nodes.StartAsync());

        var clock = Stopwatch.StartNew();
        var lanes = $"SELECT count(*) FROM lanes WHERE node LIKE '%:{nodes[0].Id}:%'";
        var stopping = nodes[0].StopAsync();
        await Eventually.True(async () => await PostgresServer.CountAsync(database, lanes) == 0, "the leases are handed back");
        var handedBack = clock.Elapsed;
        await origin.RequestAsync(16, Token);
        var took = clock.Elapsed;

        // A lease lasts 30 s: less than that is the hand-over's own doing. An idle node looks every 5: it was told.
        TestContext.Current.SendDiagnosticMessage($"handed back after {handedBack.TotalMilliseconds:0} ms, taken over after {took.TotalMilliseconds:0} ms");
        Assert.True(took < TimeSpan.FromSeconds(20), $"taken over after {took}");
        Assert.True(took - handedBack < TimeSpan.FromSeconds(3), $"handed back after {handedBack}, taken over after {took}");
        Assert.Equal(0, await stopping);
        var job = await new DownloadsClient(nodes[1].Client).EndAsync(id);
        Assert.Equal(8, DownloadsClient.Count(job, "done"));
        Assert.All(await new DownloadsClient(nodes[1].Client).ItemsAsync(id), item => Assert.Equal(1, item.GetProperty("attempts").GetInt32()));
    }

    [Theory]
    [InlineData(Deployment.NodesOnDisk)]
    [InlineData(Deployment.NodesOnS3)]
    public async Task ANodeThatStoodStillForTwiceItsLeaseChangesNothingOfWhatAnotherTookOver(Deployment deployment)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs SIGSTOP");
        var lease = TimeSpan.FromSeconds(2);
        var gate = new TaskCompletionSource();
        await using var origin = await Origin.StartAsync(Token);
        // The first answer for a path waits, and differs from the second: a file of the node that stood still would show.
        origin.OnPrefix("/", (path, number) => OriginAnswer.Text(number == 1 ? "old" : $"new {path}") with { Gate = number == 1 ? gate.Task : null });
        await using var bucket = deployment == Deployment.NodesOnS3 ? await S3Server.StartAsync() : null;
        await using var nodes = new ServiceNodes(await server.NewDatabaseAsync(), [("Downloads:LeaseSeconds", $"{lease.TotalSeconds}")], bucket?.Settings ?? []);
        await nodes.StartAsync(1);
        var id = await new DownloadsClient(nodes[0].Client).SubmitAsync(Enumerable.Range(0, 8).Select(i => $"/{i}"), origin);
        await origin.RequestAsync(8, Token);

        await Tool.RunAsync("kill", ["-STOP", $"{nodes[0].Id}"]);
        var still = Stopwatch.StartNew();
        await ServiceNodes.ReadyAsync(await nodes.StartAsync());
        var other = new DownloadsClient(nodes[1].Client);
        Assert.Equal(8, DownloadsClient.Count(await other.EndAsync(id), "done"));
        var before = (await other.ItemsAsync(id)).Select(item => item.GetRawText()).ToList();
        await Task.Delay(TimeSpan.FromTicks(Math.Max(1, (2 * lease - still.Elapsed).Ticks)), Token); // twice the lease: the time itself is the condition
        gate.SetResult();
        await Tool.RunAsync("kill", ["-CONT", $"{nodes[0].Id}"]);

        await Eventually.True(
            async () => (await nodes[0].Client.GetStringAsync("/metrics", Token)).Contains("\nechoservice_downloads_lanes_active 0\n", StringComparison.Ordinal),
            "the node has let go what it held");
        Assert.Equal(before, (await other.ItemsAsync(id)).Select(item => item.GetRawText()));
        for (var number = 1; number <= 8; number++)
        {
            Assert.StartsWith("new ", await nodes[0].Client.GetStringAsync($"/downloads/{id}/items/{number}/content", Token), StringComparison.Ordinal);
        }

        var next = await new DownloadsClient(nodes[0].Client).SubmitAsync(["/next"], origin);
        Assert.Equal(1, DownloadsClient.Count(await new DownloadsClient(nodes[0].Client).EndAsync(next), "done"));
    }

    [Fact]
    public async Task ANodeWhoseClockIsAnHourOffStealsNothingEarly()
    {
        const string Library = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";
        Assert.SkipUnless(File.Exists(Library), "faketime is not installed: tests/run as root installs it");
        await using var origin = await Origin.StartAsync(Token);
        origin.OnPrefix("/", (path, number) => number == 1 ? OriginAnswer.File(1, 1000) with { HangAfter = 10 } : OriginAnswer.Text(path));
        await using var nodes = new ServiceNodes(await server.NewDatabaseAsync(), [("Downloads:LeaseSeconds", "5")]);
        await nodes.StartAsync(1);
        var id = await new DownloadsClient(nodes[0].Client).SubmitAsync(Enumerable.Range(0, 8).Select(i => $"/{i}"), origin);
        await origin.RequestAsync(8, Token);
        var ahead = await nodes.StartAsync(node =>
        {
            node.Environment["LD_PRELOAD"] = Library;
            node.Environment["FAKETIME"] = "+3600s";
            node.Environment["FAKETIME_DONT_FAKE_MONOTONIC"] = "1";
        });
        await ServiceNodes.ReadyAsync(ahead);

        // It works, on what is free, and looks around all the time; what the other node renews it leaves alone for several leases.
        await using var free = await Origin.StartAsync(Token);
        free.OnPrefix("/", (path, _) => OriginAnswer.Text(path) with { Delay = TimeSpan.FromMilliseconds(100) });
        var downloads = new DownloadsClient(ahead.Client);
        await downloads.EndAsync(await downloads.SubmitAsync(Enumerable.Range(0, 800).Select(i => $"/{i}"), free));
        AssertRequests(8);

        await nodes[0].KillAsync();
        Assert.Equal(8, DownloadsClient.Count(await downloads.EndAsync(id), "done"));
        AssertRequests(16);

        // A node whose renewal is answered too late breaks off by itself, and says so: what it then begins anew nobody has stolen.
        void AssertRequests(int count) => Assert.True(
            origin.TotalRequests == count || Enumerable.Range(0, 2).Any(node => ServiceNodes.HasRenewedLate(nodes[node])),
            $"{origin.TotalRequests} requests");
    }

    [Fact]
    public async Task StartsBeforeItsDatabaseAndWaits()
    {
        await using var own = await PostgresServer.StartOwnAsync();
        var database = await own.NewDatabaseAsync();
        await own.StopAsync();
        await using var origin = await Origin.StartAsync(Token);
        origin.OnPrefix("/", (path, _) => OriginAnswer.Text(path));
        await using var nodes = new ServiceNodes(database, []);
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => nodes.StartAsync()));

        using (var ready = await nodes[0].Client.GetAsync("/health/ready/downloads", Token))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        }

        using (var tcp = await nodes[0].Client.GetAsync("/health/ready/tcp", Token))
        {
            Assert.Equal(HttpStatusCode.OK, tcp.StatusCode);
        }

        using (var refused = await nodes[0].Client.GetAsync("/downloads", Token))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        }

        await own.StartAgainAsync();
        await Task.WhenAll(Enumerable.Range(0, 3).Select(node => ServiceNodes.ReadyAsync(nodes[node])));

        // One of them has migrated, the others found it done.
        Assert.Equal(0, await PostgresServer.CountAsync(database, "SELECT count(*) FROM (SELECT version FROM schema_version GROUP BY version HAVING count(*) > 1) AS twice"));
        var downloads = new DownloadsClient(nodes[1].Client);
        Assert.Equal(10, DownloadsClient.Count(await downloads.EndAsync(await downloads.SubmitAsync(Enumerable.Range(0, 10).Select(i => $"/{i}"), origin)), "done"));
    }
}
