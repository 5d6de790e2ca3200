using EchoService.Downloads.Content;
using EchoService.Downloads.Content.Disk;
using EchoService.Downloads.Engine;
using EchoService.Downloads.Store;
using EchoService.Downloads.Store.Sqlite;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Downloads;

public sealed class StorageHealthTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WaitsTwiceAsLongEachTimeThatAProbeWasWrong()
    {
        var folder = Directory.CreateTempSubdirectory("echoservice-health-").FullName;
        try
        {
            var time = new ManualTime();
            using var data = new DataFolder(folder);
            using var store = new SqliteDownloadStore(data.Database, time);
            var health = new StorageHealth(new DiskContentStorage(data), store, time);
            var pauses = new List<double>();
            for (var n = 0; n < 7; n++)
            {
                Assert.True(health.Fail("full"));
                Assert.False(health.Fail("full still"));
                pauses.Add(health.Pause.TotalSeconds);
                time.Advance(health.Pause);
                Assert.True(await health.RecheckAsync(Token));
                time.Advance(TimeSpan.FromMilliseconds(10));
            }

            Assert.Equal([1, 2, 4, 8, 16, 30, 30], pauses);
            time.Advance(TimeSpan.FromMinutes(2));
            health.Fail("full again");
            Assert.Equal(1, health.Pause.TotalSeconds);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
