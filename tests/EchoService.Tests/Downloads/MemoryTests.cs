using System.Net;
using System.Net.Http.Headers;
using System.Text;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Downloads;

/// <summary>What the service process holds at most while much passes through it.</summary>
public sealed class MemoryTests
{
    internal const long MaxResident = 250_000_000;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task StaysSmallWhileALargeFileIsFetched()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "reads /proc");
        var length = Environment.GetEnvironmentVariable("ECHOSERVICE_SOAK") is null ? 256L << 20 : 2L << 30;
        await using var origin = await Origin.StartAsync(Token);
        origin.On("/large", OriginAnswer.File(5, length));
        await using var service = await ServiceProcess.StartAsync(DownloadsClient.Loopback);
        var downloads = new DownloadsClient(service.Client);

        var job = await downloads.EndAsync(await downloads.SubmitAsync(["/large"], origin), TimeSpan.FromMinutes(5));

        Assert.Equal(1, DownloadsClient.Count(job, "done"));
        Assert.Equal(length, job.GetProperty("bytes").GetInt64());
        Assert.InRange(new ProcessMemory(service.Id).Peak, 1, MaxResident);
    }

    [Fact]
    public async Task StaysSmallWhileALongListIsPosted()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "reads /proc");
        const int Lines = 100_000;
        await using var service = await ServiceProcess.StartAsync();
        using var content = new StringContent(
            string.Join('\n', Enumerable.Range(0, Lines).Select(i => $"http://127.0.0.1:1/some/longer/path/to/file-{i}.bin")), Encoding.UTF8, new MediaTypeHeaderValue("text/plain"));

        using var response = await service.Client.PostAsync("/downloads?attempts=1", content, Token);

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.InRange(new ProcessMemory(service.Id).Peak, 1, MaxResident);
        var downloads = new DownloadsClient(service.Client);
        var id = response.Headers.Location!.OriginalString.Split('/')[^1];
        Assert.Equal(Lines, (await downloads.JobAsync(id)).GetProperty("total").GetInt32());
        using var cancelled = await service.Client.PostAsync($"/downloads/{id}/cancel", null, Token);
        Assert.Equal(0, DownloadsClient.Count(await downloads.JobAsync(id), "queued"));
    }
}
