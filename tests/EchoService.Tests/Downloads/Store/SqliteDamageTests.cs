using EchoService.Downloads.Jobs;
using EchoService.Downloads.Store;
using EchoService.Downloads.Store.Sqlite;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Downloads.Store;

public sealed class SqliteDamageTests : IDisposable
{
    private const int Page = 4096;
    private readonly string _folder = Directory.CreateTempSubdirectory("echoservice-damage-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Else the engine would go on and stop once a second: a probe writes the first page alone.</summary>
    [Fact]
    public async Task ADatabaseThatWasFoundDamagedIsInTroubleUntilARestart()
    {
        var path = Path.Combine(_folder, "store.db");
        using var store = new SqliteDownloadStore(path, new ManualTime());
        var job = await PublishAsync(store);
        await store.ProbeAsync(Token);
        Damage(path + "-wal");

        var found = await Assert.ThrowsAsync<StoreException>(() => store.ListItemsAsync(job, null, null, null, 2000, Token));
        var probed = await Assert.ThrowsAsync<StoreException>(() => store.ProbeAsync(Token));

        Assert.Contains($"The database '{path}' is damaged", found.Message, StringComparison.Ordinal);
        Assert.Equal(found.Message, probed.Message);
    }

    /// <summary>What is in memory is served from there; a service that starts has nothing in memory.</summary>
    [Fact]
    public async Task DamageThatAWriterMeetsIsTroubleToo()
    {
        var path = Path.Combine(_folder, "store.db");
        using (var before = new SqliteDownloadStore(path, new ManualTime()))
        {
            await PublishAsync(before);
        }

        // The schema lies in the first pages, the list in the rest.
        using (var file = new FileStream(path, FileMode.Open, FileAccess.Write))
        {
            file.Position = 40 * Page;
            file.Write(Enumerable.Repeat((byte)0xA5, (int)(file.Length - file.Position)).ToArray());
        }

        using var store = new SqliteDownloadStore(path, new ManualTime());
        var found = await Assert.ThrowsAsync<StoreException>(() => store.ClaimAsync(new ClaimLimits("node", 64, 8, TimeSpan.FromSeconds(30)), Token));
        var probed = await Assert.ThrowsAsync<StoreException>(() => store.ProbeAsync(Token));

        Assert.Contains($"The database '{path}' is damaged", found.Message, StringComparison.Ordinal);
        Assert.Equal(found.Message, probed.Message);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static async Task<long> PublishAsync(SqliteDownloadStore store)
    {
        var job = await store.ReceiveAsync("job", null, Token);
        await store.AppendAsync(
            job, [.. Enumerable.Range(1, 2000).Select(n => new NewItem(n, $"http://a/{n}", "a:80", BitConverter.GetBytes((long)n), null, null))], new Dictionary<string, long>(StringComparer.Ordinal), Token);
        await store.PublishAsync(job, 2000, new JobOptions(), null, Token);
        return job;
    }

    /// <summary>The log's frames but the last, which has the first page: the file is still a database.</summary>
    private static void Damage(string log)
    {
        const int Header = 32, Frame = 24 + Page;
        using var file = new FileStream(log, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        file.Position = Header;
        file.Write(Enumerable.Repeat((byte)0xA5, (int)(file.Length - Header - Frame)).ToArray());
    }
}
