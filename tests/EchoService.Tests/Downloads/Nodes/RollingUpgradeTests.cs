using EchoService.Tests.Testing;

namespace EchoService.Tests.Downloads.Nodes;

/// <summary>The commit before this one, built from the repository, and this one, on one database. SchemaTests has what always runs.</summary>
public sealed class RollingUpgradeTests(PostgresServer server)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ANodeOfThePreviousCommitAndOneOfThisWorkOnOneDatabase()
    {
        Assert.SkipUnless(await HasPreviousCommitAsync(), "needs a clone of the repository that holds the commit before this one");
        var tree = Path.Combine(Directory.CreateTempSubdirectory("echoservice-previous-").FullName, "tree");
        try
        {
            await RunAsync("git", "-C", Repository.Root, "worktree", "add", "--detach", tree, "HEAD~1");
            await RunAsync(
                "dotnet", "build", Path.Combine(tree, "src", "EchoService"), "-c", "Release", "--tl:off", "-v", "quiet", "-p:UseSharedCompilation=false", "-nodeReuse:false", "-p:RunAnalyzers=false");
            await AssertWorkTogetherAsync(Path.Combine(tree, "src", "EchoService", "bin", "Release", "net10.0", "EchoService.dll"));
        }
        finally
        {
            await Tool.RunAsync("git", ["-C", Repository.Root, "worktree", "remove", "--force", tree]);
            Directory.Delete(Path.GetDirectoryName(tree)!, recursive: true);
        }
    }

    private async Task AssertWorkTogetherAsync(string previous)
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.OnPrefix("/", (path, _) => OriginAnswer.Text(path) with { Delay = TimeSpan.FromMilliseconds(20) });
        await using var nodes = new ServiceNodes(await server.NewDatabaseAsync(), [("Downloads:Concurrency", "4")]);

        // The old one makes the schema, the new one may change it under the old one's work.
        var old = await nodes.StartAsync(node => node.Program = previous);
        await ServiceNodes.ReadyAsync(old);
        var first = await new DownloadsClient(old.Client).SubmitAsync(Enumerable.Range(0, 600).Select(i => $"/a/{i}"), origin);
        await origin.RequestAsync(50, Token);
        var now = await nodes.StartAsync();
        await ServiceNodes.ReadyAsync(now);
        var second = await new DownloadsClient(now.Client).SubmitAsync(Enumerable.Range(0, 600).Select(i => $"/b/{i}"), origin);

        Assert.Equal(600, DownloadsClient.Count(await new DownloadsClient(now.Client).EndAsync(first), "done"));
        Assert.Equal(600, DownloadsClient.Count(await new DownloadsClient(old.Client).EndAsync(second), "done"));
        Assert.Equal(1200, origin.TotalRequests);

        // And the old one starts again on what the new one has made of the database.
        await old.RestartAsync();
        await ServiceNodes.ReadyAsync(old);
        var third = await new DownloadsClient(old.Client).SubmitAsync(["/c"], origin);
        Assert.Equal(1, DownloadsClient.Count(await new DownloadsClient(now.Client).EndAsync(third), "done"));
    }

    private static async Task<bool> HasPreviousCommitAsync() =>
        Directory.Exists(Path.Combine(Repository.Root, ".git"))
        && (await Tool.RunAsync("git", ["-C", Repository.Root, "rev-parse", "--verify", "--quiet", "HEAD~1"])).ExitCode == 0;

    private static async Task RunAsync(string program, params string[] arguments)
    {
        var result = await Tool.RunAsync(program, arguments, within: TimeSpan.FromMinutes(10));
        Assert.True(result.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {result.Output}{result.Errors}");
    }
}
