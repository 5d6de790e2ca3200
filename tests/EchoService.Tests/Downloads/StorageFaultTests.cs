using System.Diagnostics;
using System.Globalization;
using System.Net;
using EchoService.Tests.Testing;
using Microsoft.Data.Sqlite;

namespace EchoService.Tests.Downloads;

/// <summary>What the machine does to the data folder costs no item an attempt: work stops, readiness tells, and it goes on by itself.</summary>
public sealed class StorageFaultTests
{
    private const int Items = 40;
    private const int ItemBytes = 500_000;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task GoesOnByItselfWhenAFullDiskHasRoomAgain()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "mounting a tmpfs needs root");
        Tool.Require("mount", "umount");
        await using var origin = await OriginAsync(Task.CompletedTask);
        await using var service = ServiceProcess.Create(DownloadsClient.Loopback);
        Directory.CreateDirectory(service.DataDirectory);
        var mounted = await Tool.RunAsync("mount", ["-t", "tmpfs", "-o", "size=64m", "tmpfs", service.DataDirectory]);
        Assert.SkipWhen(mounted.ExitCode != 0, $"no tmpfs can be mounted: {mounted.Errors}");
        try
        {
            var filler = Path.Combine(service.DataDirectory, "filler");
            await File.WriteAllBytesAsync(filler, new byte[50 << 20], Token);
            await service.StartAsync();
            var id = await SubmitAsync(service, origin);

            await AssertOnlyDownloadsAreUnreadyAsync(service);
            File.Delete(filler);

            await AssertAllDoneAtTheFirstAttemptAsync(service, origin, id);
            await service.StopAsync();
        }
        finally
        {
            await Tool.RunAsync("umount", ["-l", service.DataDirectory]);
        }
    }

    [Fact]
    public async Task FetchesWhatDoesNotFitLessAndLessOften()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "mounting a tmpfs needs root");
        Tool.Require("mount", "umount");
        await using var origin = await Origin.StartAsync(Token);
        var asked = new List<long>();
        origin.OnPrefix("/large", (_, _) =>
        {
            lock (asked)
            {
                asked.Add(Stopwatch.GetTimestamp());
            }

            return OriginAnswer.File(3, 16 << 20);
        });
        await using var service = ServiceProcess.Create(DownloadsClient.Loopback);
        Directory.CreateDirectory(service.DataDirectory);
        var mounted = await Tool.RunAsync("mount", ["-t", "tmpfs", "-o", "size=32m", "tmpfs", service.DataDirectory]);
        Assert.SkipWhen(mounted.ExitCode != 0, $"no tmpfs can be mounted: {mounted.Errors}");
        try
        {
            // There is room for the probe, and none for the file.
            var filler = Path.Combine(service.DataDirectory, "filler");
            await File.WriteAllBytesAsync(filler, new byte[20 << 20], Token);
            await service.StartAsync();
            var downloads = new DownloadsClient(service.Client);
            var id = await downloads.SubmitAsync(["/large"], origin);
            await origin.RequestAsync("/large", 3, Token);
            File.Delete(filler);

            var job = await downloads.EndAsync(id);

            var took = Stopwatch.GetElapsedTime(asked[0], asked[2]);
            Assert.True(took > TimeSpan.FromSeconds(2.8), $"fetched again and again within {took}"); // pauses of 1 and 2 s
            Assert.Equal(1, DownloadsClient.Count(job, "done"));
            Assert.Equal(1, (await downloads.ItemsAsync(id))[0].GetProperty("attempts").GetInt32());
            await service.StopAsync();
        }
        finally
        {
            await Tool.RunAsync("umount", ["-l", service.DataDirectory]);
        }
    }

    [Theory]
    [InlineData("pwrite64", "ENOSPC")]
    [InlineData("pwrite64", "EIO")]
    [InlineData("fsync,fdatasync,syncfs", "EIO")]
    [InlineData("fsync,fdatasync,syncfs", "ENOSPC")]
    [InlineData("rename,renameat,renameat2", "ENOSPC")]
    [InlineData("rename,renameat,renameat2", "EIO")]
    [InlineData("rename,renameat,renameat2", "EROFS")]
    public async Task GoesOnByItselfAfterACallFailed(string calls, string error)
    {
        Tool.Require("strace");
        var gate = new TaskCompletionSource();
        await using var origin = await OriginAsync(gate.Task);
        await using var service = await ServiceProcess.StartAsync(DownloadsClient.Loopback);
        var id = await SubmitAsync(service, origin);
        await origin.RequestAsync(1, Token);
        using (var strace = await AttachAsync(service, "-e", $"trace={calls}", "-e", $"inject={calls}:error={error}"))
        {
            gate.SetResult();
            await service.Output.WaitForAsync("Downloads pause, nothing can be stored", Token);
            await DetachAsync(strace);
        }

        await AssertAllDoneAtTheFirstAttemptAsync(service, origin, id);
    }

    /// <summary>The n-th call of a kind fails, once in each thread: with --soak every step of the protocol has its turn, one of them always.</summary>
    [Fact]
    public async Task GoesOnByItselfWhicheverCallFails()
    {
        Tool.Require("strace");
        var soak = Environment.GetEnvironmentVariable("ECHOSERVICE_SOAK") is not null;
        foreach (var calls in soak ? (string[])["openat", "pwrite64", "ftruncate", "fsync,fdatasync,syncfs", "rename,renameat,renameat2"] : ["openat"])
        {
            foreach (var error in soak ? (string[])["ENOSPC", "EIO"] : ["EIO"])
            {
                foreach (var n in soak ? (int[])[1, 3, 8, 21] : [2])
                {
                    await AssertGoesOnAfterOneFailureAsync(calls, error, n);
                }
            }
        }
    }

    [Fact]
    public async Task GoesOnByItselfWhenSomebodyLetsGoOfTheDatabase()
    {
        var gate = new TaskCompletionSource();
        await using var origin = await OriginAsync(gate.Task);
        await using var service = await ServiceProcess.StartAsync(DownloadsClient.Loopback);
        var id = await SubmitAsync(service, origin);
        await origin.RequestAsync(1, Token);
        await using (var other = new SqliteConnection($"Data Source={Path.Combine(service.DataDirectory, "echoservice.db")};Pooling=False"))
        {
            await other.OpenAsync(Token);
            await using var held = other.BeginTransaction(deferred: false);
            gate.SetResult();
            await AssertOnlyDownloadsAreUnreadyAsync(service);
            using var refused = await service.Client.PostAsync("/downloads", new StringContent("http://127.0.0.1/", null, "text/plain"), Token);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            Assert.Contains("storageUnavailable", await refused.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
        }

        await AssertAllDoneAtTheFirstAttemptAsync(service, origin, id);
    }

    [Fact]
    public async Task FlushesDataAndFolderBeforeTheRowAndRenamesAfterIt()
    {
        Tool.Require("strace");
        await using var origin = await OriginAsync(Task.CompletedTask);
        await using var service = await ServiceProcess.StartAsync(DownloadsClient.Loopback);
        var trace = Path.Combine(service.Folder, "trace");
        using (var strace = await AttachAsync(service, "-y", "-o", trace, "-e", "trace=fsync,fdatasync,syncfs,rename,renameat,renameat2"))
        {
            var downloads = new DownloadsClient(service.Client);
            await downloads.EndAsync(await downloads.SubmitAsync(["/only"], origin));
            await DetachAsync(strace);
        }

        // Calls that another thread interrupts are written in two lines; the first has the path.
        var lines = await File.ReadAllLinesAsync(trace, Token);
        var rename = Array.FindIndex(lines, line => line.Contains("rename", StringComparison.Ordinal) && line.Contains(".part", StringComparison.Ordinal));
        var part = Array.FindIndex(lines, line => line.Contains("sync(", StringComparison.Ordinal) && line.Contains(".part>", StringComparison.Ordinal));
        var folder = Array.FindIndex(lines, line => line.Contains("fsync(", StringComparison.Ordinal) && line.Contains("/parts>", StringComparison.Ordinal));
        var row = Array.FindIndex(lines, Math.Max(folder, 0), line => line.Contains("sync(", StringComparison.Ordinal) && line.Contains("echoservice.db-wal>", StringComparison.Ordinal));
        var place = Array.FindIndex(lines, Math.Max(rename, 0), line => line.Contains("fsync(", StringComparison.Ordinal) && line.Contains("/files/", StringComparison.Ordinal));
        Assert.True(part >= 0 && part < folder && folder < row && row < rename && rename < place, string.Join('\n', lines));
    }

    [Fact]
    public async Task AProcessThatStoodStillForTwiceItsLeaseHandsItsItemsBack()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs SIGSTOP");
        var gate = new TaskCompletionSource();
        await using var origin = await OriginAsync(gate.Task);
        await using var service = await ServiceProcess.StartAsync(DownloadsClient.Loopback, ("Downloads:LeaseSeconds", "1"));
        var id = await SubmitAsync(service, origin);
        await origin.RequestAsync(8, Token);

        await Tool.RunAsync("kill", ["-STOP", service.Id.ToString(CultureInfo.InvariantCulture)]);
        await Task.Delay(TimeSpan.FromSeconds(2), Token); // twice the lease: the time itself is the condition
        await Tool.RunAsync("kill", ["-CONT", service.Id.ToString(CultureInfo.InvariantCulture)]);

        // The held requests were broken off; those that follow them are new ones.
        await origin.RequestAsync(9, Token);
        gate.SetResult();
        await AssertAllDoneAtTheFirstAttemptAsync(service, origin, id);
    }

    private static async Task AssertGoesOnAfterOneFailureAsync(string calls, string error, int n)
    {
        var gate = new TaskCompletionSource();
        await using var origin = await OriginAsync(gate.Task);
        await using var service = await ServiceProcess.StartAsync(DownloadsClient.Loopback);
        var id = await SubmitAsync(service, origin);
        await origin.RequestAsync(1, Token);

        // What the first look at a disk loads, which is the program's own: of that a failed open would be final.
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(service, "/metrics"));
        using var strace = await AttachAsync(service, "-e", $"trace={calls}", "-e", $"inject={calls}:error={error}:when={n}");
        gate.SetResult();
        await new DownloadsClient(service.Client).EndAsync(id);
        await DetachAsync(strace);
        await AssertAllDoneAtTheFirstAttemptAsync(service, origin, id);
    }

    private static async Task<Origin> OriginAsync(Task gate)
    {
        var origin = await Origin.StartAsync(Token);
        return origin.OnPrefix("/", (path, _) => OriginAnswer.File((ulong)path.GetHashCode(StringComparison.Ordinal), ItemBytes) with { Gate = gate });
    }

    private static Task<string> SubmitAsync(ServiceProcess service, Origin origin) =>
        new DownloadsClient(service.Client).SubmitAsync(Enumerable.Range(0, Items).Select(i => $"/{i}"), origin);

    private static async Task AssertOnlyDownloadsAreUnreadyAsync(ServiceProcess service)
    {
        await Eventually.True(async () => await StatusAsync(service, "/health/ready/downloads") == HttpStatusCode.ServiceUnavailable, "downloads are not ready", TimeSpan.FromSeconds(40));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(service, "/health/ready/tcp"));
    }

    private static async Task AssertAllDoneAtTheFirstAttemptAsync(ServiceProcess service, Origin origin, string id)
    {
        var downloads = new DownloadsClient(service.Client);
        var job = await downloads.EndAsync(id);
        Assert.Equal(Items, DownloadsClient.Count(job, "done"));
        await Eventually.True(async () => await StatusAsync(service, "/health/ready/downloads") == HttpStatusCode.OK, "downloads are ready again");
        var items = await downloads.ItemsAsync(id);
        Assert.All(items, item => Assert.Equal(
            (1, origin.Sha256(new Uri(DownloadsClient.Text(item, "url")!).AbsolutePath)), (item.GetProperty("attempts").GetInt32(), DownloadsClient.Text(item, "sha256"))));
        Assert.All(items, item => Assert.Equal(DownloadsClient.Text(item, "sha256"), Files.Sha256(Path.Combine(service.DataDirectory, "files", id, DownloadsClient.Text(item, "fileName")!))));
    }

    private static async Task<HttpStatusCode> StatusAsync(ServiceProcess service, string path)
    {
        using var answer = await service.Client.GetAsync(new Uri(path, UriKind.Relative), Token);
        return answer.StatusCode;
    }

    private static async Task<Process> AttachAsync(ServiceProcess service, params string[] arguments)
    {
        var strace = Tool.Start("strace", ["-f", "-p", service.Id.ToString(CultureInfo.InvariantCulture), .. arguments]);
        var errors = ProcessLines.OfErrors(strace);
        _ = ProcessLines.OfOutput(strace);
        var line = await errors.WaitForAsync("strace: ", Token);
        Assert.SkipUnless(line.Contains("attached", StringComparison.Ordinal), $"strace may not attach here: {line}");
        return strace;
    }

    private static async Task DetachAsync(Process strace)
    {
        await Tool.RunAsync("kill", ["-INT", strace.Id.ToString(CultureInfo.InvariantCulture)]);
        await strace.WaitForExitAsync(Token);
    }
}
