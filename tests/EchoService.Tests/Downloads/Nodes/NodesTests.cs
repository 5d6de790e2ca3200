using System.Net;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Downloads.Nodes;

/// <summary>Three processes, one PostgreSQL: what users see of several nodes.</summary>
public sealed class NodesTests(PostgresServer server)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AWatcherSeesWhatAnotherNodeDoes()
    {
        var gate = new TaskCompletionSource();
        await using var origin = await Origin.StartAsync(Token);
        origin.OnPrefix("/", (path, _) => OriginAnswer.Text(path) with { Gate = gate.Task });
        await using var nodes = new ServiceNodes(await server.NewDatabaseAsync(), []);
        await nodes.StartAsync(1);
        var id = await new DownloadsClient(nodes[0].Client).SubmitAsync(Enumerable.Range(0, 8).Select(i => $"/{i}"), origin);
        await origin.RequestAsync(8, Token);

        // It comes when every slot of the host is taken: it can only look on.
        await ServiceNodes.ReadyAsync(await nodes.StartAsync());
        StreamEvent? last = null;
        await foreach (var each in nodes[1].Client.ReadEventsAsync($"/downloads/{id}/events", null, Token))
        {
            last = each;
            gate.TrySetResult();
        }

        Assert.Equal("end", last!.Name);
        Assert.Equal(8, DownloadsClient.Count(last.Data, "done"));
    }

    [Fact]
    public async Task WhatOneNodeIsToldToStopStopsOnAll()
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.OnPrefix("/", (path, number) => number == 1 ? OriginAnswer.File(1, 1000) with { HangAfter = 10 } : OriginAnswer.Text(path));
        await using var nodes = new ServiceNodes(await server.NewDatabaseAsync(), []);
        await nodes.StartAsync(1);
        var id = await new DownloadsClient(nodes[0].Client).SubmitAsync(Enumerable.Range(0, 8).Select(i => $"/{i}"), origin);
        await origin.RequestAsync(8, Token);
        await ServiceNodes.ReadyAsync(await nodes.StartAsync());

        // Told to the one that has nothing to do with it. The hanging transfers would last 30 s.
        using var paused = await nodes[1].Client.PostAsync($"/downloads/{id}/pause", null, Token);
        Assert.Equal(HttpStatusCode.Accepted, paused.StatusCode);
        var downloads = new DownloadsClient(nodes[1].Client);
        await Eventually.True(async () => DownloadsClient.Count(await downloads.JobAsync(id), "queued") == 8, "every item is queued again", TimeSpan.FromSeconds(15));

        using var resumed = await nodes[1].Client.PostAsync($"/downloads/{id}/resume", null, Token);
        Assert.Equal(8, DownloadsClient.Count(await downloads.EndAsync(id), "done"));
    }

    /// <summary>The database's client measures too, by names and labels of its own.</summary>
    [Fact]
    public async Task PromtoolFindsNothingToSayOfANode()
    {
        Tool.Require("promtool");
        await using var nodes = new ServiceNodes(await server.NewDatabaseAsync(), []);
        await nodes.StartAsync(1);
        var metrics = await nodes[0].Client.GetStringAsync("/metrics", Token);
        Assert.Contains("\ndb_client_connections{db_client_connection_pool_name=\"echoservice\",db_client_connection_state=\"used\"} ", metrics, StringComparison.Ordinal);
        Assert.DoesNotContain("Username", metrics, StringComparison.Ordinal); // no label is the connection string
        Assert.Equal(new ToolResult(0, "", ""), await Tool.RunAsync("promtool", ["check", "metrics"], metrics));
    }

    [Fact]
    public async Task OneNodeTellsOfAJobsEnd()
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.OnPrefix("/", (path, _) => OriginAnswer.Text(path));
        await using var nodes = new ServiceNodes(await server.NewDatabaseAsync(), []);
        await nodes.StartAsync(3);
        var downloads = new DownloadsClient(nodes[0].Client);

        var jobs = await Task.WhenAll(Enumerable.Range(0, 12).Select(i =>
            downloads.SubmitAsync([$"/{i}"], origin, new { onComplete = origin.Url($"/hook/{i}").AbsoluteUri })));
        foreach (var job in jobs)
        {
            await downloads.EndAsync(job);
        }

        // Those that no node was told of at once are found when a node looks for what is due.
        await Eventually.True(() => Enumerable.Range(0, 12).All(i => origin.Requests($"/hook/{i}") >= 1), "every end was told of", TimeSpan.FromSeconds(60));
        Assert.All(Enumerable.Range(0, 12), i => Assert.Equal(1, origin.Requests($"/hook/{i}")));
    }
}
