using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using EchoService.Lab;
using EchoService.Tests.Tcp.Faults;
using EchoService.Tests.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace EchoService.Tests.Lab;

public sealed class LabTests
{
    private static readonly string Sites = Repository.Path("deploy", "lab", "sites");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ServesFilesAndNothingOfTheService()
    {
        using var service = Serve();
        using var lab = Client(service);
        Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(Sites, "flags", "lk", "lk.gif"), Cancelled), await lab.GetByteArrayAsync("flags/lk/lk.gif", Cancelled));
        Assert.Equal("""{"country": "Sri Lanka", "code": "LK"}""" + "\n", await lab.GetStringAsync("flags/lk/metadata.json", Cancelled));
        foreach (var path in new[] { "hello/World", "health/live", "tcp/channels", "flags/xx/xx.gif", "", "../appsettings.json" })
        {
            Assert.Equal(HttpStatusCode.NotFound, (await lab.GetAsync(path, Cancelled)).StatusCode);
        }

        using var http = service.CreateClient();
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync("/flags/lk/lk.gif", Cancelled)).StatusCode);
        Assert.Equal("Hello, World", await http.GetStringAsync("/hello/World", Cancelled));
    }

    [Fact]
    public async Task EachAnswerIsDelayed()
    {
        using var service = Serve(("Type", "Latency"), ("DelayMs", "300"), ("JitterMs", "100"));
        using var lab = Client(service);
        for (var n = 0; n < 5; n++)
        {
            await FaultSteps.WithinAsync(199, 440, () => FaultSteps.TimeAsync(() => lab.GetByteArrayAsync("flags/lk/lk.gif", Cancelled)));
        }
    }

    [Fact]
    public async Task AShareOfTheAnswersFailsWithTheStatusAskedAndTheSameOnesInEachRun()
    {
        var runs = new List<IReadOnlyList<bool>>();
        for (var run = 0; run < 2; run++)
        {
            using var service = Serve(("Type", "HttpError"), ("Status", "503"), ("RetryAfter", "7"), ("Probability", "0.25"), ("Seed", "46"));
            using var lab = Client(service);
            var failed = new List<bool>();
            for (var n = 0; n < 100; n++)
            {
                using var answer = await lab.GetAsync("flags/lk/lk.gif", Cancelled);
                Assert.True(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable);
                failed.Add(answer.StatusCode == HttpStatusCode.ServiceUnavailable);
                Assert.Equal(failed[^1] ? "7" : null, answer.Headers.RetryAfter?.ToString());
            }

            Assert.Equal(27, failed.Count(isFailed => isFailed));
            runs.Add(failed);
            using var http = service.CreateClient();
            Assert.Contains("echoservice_tcp_faults_total{channel=\"lab:site\",fault=\"HttpError\"} 27\n", await http.GetStringAsync("/metrics", Cancelled), StringComparison.Ordinal);
        }

        Assert.Equal(runs[0], runs[1]);
    }

    [Theory]
    [InlineData("10", 10)]
    [InlineData(null, null)]
    public async Task ABodyIsCutShortBehindTheLengthThatTheHeadersTell(string? bytes, int? expected)
    {
        using var service = Serve(("Type", "Truncate"), ("Bytes", bytes));
        var whole = new FileInfo(Path.Combine(Sites, "flags", "lk", "lk.gif")).Length;
        for (var n = 0; n < 5; n++)
        {
            using var lab = Client(service);
            using var answer = await lab.GetAsync("flags/lk/lk.gif", HttpCompletionOption.ResponseHeadersRead, Cancelled);
            Assert.Equal(whole, answer.Content.Headers.ContentLength);
            await using var body = await answer.Content.ReadAsStreamAsync(Cancelled);
            var (received, buffer) = (0, new byte[1000]);
            var failure = await Assert.ThrowsAsync<HttpIOException>(async () =>
            {
                while (true)
                {
                    received += await body.ReadAsync(buffer, Cancelled);
                }
            });
            Assert.Equal(HttpRequestError.ResponseEnded, failure.HttpRequestError);
            Assert.Equal(expected ?? whole / 2, received);
        }
    }

    [Theory]
    [InlineData("Reset", "Bytes", "100")]
    [InlineData("LimitData", "Bytes", "100")]
    [InlineData("Refuse", "Direction", "Out")]
    public async Task ConnectionFaultsStandBeforeHttpToo(string type, string field, string value)
    {
        using var service = Serve(("Type", type), (field, value));
        using var lab = Client(service);
        await Assert.ThrowsAsync<HttpRequestException>(() => lab.GetByteArrayAsync("flags/lk/lk.gif", Cancelled).WaitAsync(TimeSpan.FromSeconds(10), Cancelled));
    }

    [Theory]
    [InlineData("Lab:Servers:site:Port", "70000", "Lab:Servers:site:Port must be between 0 (a free one) and 65535")]
    [InlineData("Lab:Servers:site:Root", "/nowhere", "Lab:Servers:site:Root must be a folder that exists")]
    [InlineData("Lab:Servers:site:Faults:0:Type", "HttpError", "Lab:Servers:site:Faults:0:Status is missing: HttpError needs it")]
    [InlineData("Lab:Servers:site:Roots", "/", "Lab:Servers:site:Roots is not a setting")]
    public async Task ABadSettingIsRefusedInOneLine(string key, string value, string expected)
    {
        await using var service = ServiceProcess.Create([("Lab:Servers:site:Port", "0"), ("Lab:Servers:site:Root", Sites), (key, value)]);
        service.Launch();
        Assert.Equal(2, await service.ExitAsync());
        Assert.StartsWith(expected, Assert.Single(service.Errors.Snapshot()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AHundredFlagsFromTheFailingServerEachGetTheirRightOutcome()
    {
        using var service = new ServiceFixture(
            ("Lab:Servers:site:Port", "0"),
            ("Lab:Servers:site:Root", Sites),
            ("Lab:Servers:site:Faults:0:Type", "HttpError"),
            ("Lab:Servers:site:Faults:0:Status", "418"),
            ("Lab:Servers:site:Faults:0:Probability", "0.25"),
            ("Lab:Servers:site:Faults:0:Seed", "46"),
            ("Downloads:Concurrency", "100"),
            ("Downloads:PerHost", "100"),
            DownloadsClient.Loopback);
        using var http = service.CreateClient();
        var downloads = new DownloadsClient(http);
        var codes = Directory.GetDirectories(Path.Combine(Sites, "flags")).Select(folder => Path.GetFileName(folder)!).Order(StringComparer.Ordinal).Take(100).ToArray();
        var id = await downloads.SubmitAsync(codes.Select(code => Url(service, $"flags/{code}/{code}.gif")), new { concurrency = 100 });
        var job = await downloads.EndAsync(id);
        Assert.Equal((73, 27), (DownloadsClient.Count(job, "done"), DownloadsClient.Count(job, "failed")));

        var failedPaths = service.Logs.Lines.Where(line => line.Message.StartsWith("Fault HttpError", StringComparison.Ordinal)).Select(line => line.Message).ToList();
        Assert.Equal(27, failedPaths.Count);
        foreach (var (code, item) in codes.Zip(await downloads.ItemsAsync(id)))
        {
            if (failedPaths.Exists(line => line.Contains($"/{code}.gif,", StringComparison.Ordinal)))
            {
                Assert.Equal(("failed", "httpStatus", 418), (DownloadsClient.Text(item, "state"), DownloadsClient.Text(item, "errorCode"), item.GetProperty("httpStatus").GetInt32()));
                continue;
            }

            var flag = await File.ReadAllBytesAsync(Path.Combine(Sites, "flags", code, $"{code}.gif"), Cancelled);
            Assert.Equal(("done", $"{code}.gif", Convert.ToHexStringLower(SHA256.HashData(flag))), (DownloadsClient.Text(item, "state"), DownloadsClient.Text(item, "fileName"), DownloadsClient.Text(item, "sha256")));
        }
    }

    [Fact]
    public async Task TheSampleStartsWithOneCommandAndItsServersDoWhatTheyAreNamedFor()
    {
        await using var service = ServiceProcess.Create(("Lab:Servers:local:Port", "0"), ("Lab:Servers:delay:Port", "0"), ("Lab:Servers:error:Port", "0"));
        File.Copy(Repository.Path("deploy", "lab", "appsettings.json"), Path.Combine(service.Folder, "appsettings.json"));
        File.CreateSymbolicLink(Path.Combine(service.Folder, "sites"), Sites);
        await service.StartAsync();
        using var client = new HttpClient();
        async Task<HttpStatusCode> GetAsync(string server) =>
            (await client.GetAsync(new Uri($"http://127.0.0.1:{await service.PortAsync($"lab server {server}")}/flags/fr/fr.gif"), Cancelled)).StatusCode;
        Assert.Equal(HttpStatusCode.OK, await GetAsync("local"));
        await FaultSteps.WithinAsync(499, 1050, () => FaultSteps.TimeAsync(() => GetAsync("delay")));
        var answers = new List<HttpStatusCode>();
        for (var n = 0; n < 100; n++)
        {
            answers.Add(await GetAsync("error"));
        }

        Assert.Equal(27, answers.Count(status => status == (HttpStatusCode)418));
        Assert.Equal(0, (await Tool.RunAsync("test", ["-x", Repository.Path("deploy", "lab", "run")])).ExitCode);
        Assert.Contains("deploy/lab/run", await File.ReadAllTextAsync(Repository.Path("README.md"), Cancelled), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheScriptMakesTheFlagsThatAreThere()
    {
        Tool.Require("python3");
        var folder = Directory.CreateTempSubdirectory("echoservice-flags-");
        try
        {
            File.Copy(Repository.Path("deploy", "lab", "make-flags.py"), Path.Combine(folder.FullName, "make-flags.py"));
            var result = await Tool.RunAsync("python3", [Path.Combine(folder.FullName, "make-flags.py")]);
            Assert.True(result.ExitCode == 0, result.Errors);
            var made = Directory.GetFiles(folder.FullName, "*.*", SearchOption.AllDirectories).Where(file => !file.EndsWith(".py", StringComparison.Ordinal)).ToList();
            Assert.Equal(2 * 194, made.Count);
            foreach (var file in made)
            {
                var kept = Path.Combine(Sites, Path.GetRelativePath(Path.Combine(folder.FullName, "sites"), file));
                Assert.Equal(await File.ReadAllBytesAsync(file, Cancelled), await File.ReadAllBytesAsync(kept, Cancelled));
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>A service with a lab server named site, which has this one fault.</summary>
    private static ServiceFixture Serve(params (string Field, string? Value)[] fault) => new(
    [
        ("Lab:Servers:site:Port", "0"),
        ("Lab:Servers:site:Root", Sites),
        .. fault.Where(field => field.Value is not null).Select(field => ($"Lab:Servers:site:Faults:0:{field.Field}", field.Value)),
    ]);

    private static string Url(ServiceFixture service, string path) =>
        string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{service.Services.GetRequiredService<LabServers>().All[0].Port}/{path}");

    private static HttpClient Client(ServiceFixture service) => new() { BaseAddress = new Uri(Url(service, "")) };
}
