using EchoService.Downloads.Content;
using EchoService.Downloads.Content.Disk;
using EchoService.Downloads.Store;

namespace EchoService.Tests.Downloads.Content;

public sealed class DiskContentTests
{
    [Fact]
    public async Task AFileWhoseFolderIsGoneCountsAsRemoved()
    {
        var folder = Directory.CreateTempSubdirectory("echoservice-disk-").FullName;
        using (var data = new DataFolder(folder))
        {
            await new DiskContentStorage(data).RemoveAsync([new Placement("gone", 1, 1, 1, 1, "a.txt", 0)], TestContext.Current.CancellationToken);
        }

        Directory.Delete(folder, recursive: true);
    }
}
