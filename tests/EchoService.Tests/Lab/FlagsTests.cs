using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using EchoService.Lab;
using EchoService.Tests.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace EchoService.Tests.Lab;

/// <summary>The flags of 20 and of 194 countries from the lab's three servers, named by the country in the document beside each.</summary>
public sealed class FlagsTests
{
    private static readonly string s_flags = Repository.Path("deploy", "lab", "sites", "flags");
    private static readonly string[] s_codes = [.. Directory.GetDirectories(s_flags).Select(folder => Path.GetFileName(folder)!).Order(StringComparer.Ordinal)];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("local", 20, 20, 0)]
    [InlineData("local", 194, 100, 0)]
    [InlineData("delay", 20, 10, 2 * 2 * 0.5)] // two turns of ten, two answers each, half a second at least each
    [InlineData("delay", 194, 100, 2 * 2 * 0.5)]
    [InlineData("error", 20, 20, 0)]
    [InlineData("error", 194, 100, 0)]
    public async Task EachFlagGetsItsCountrysNameOrTheReasonWhyNot(string server, int count, int concurrency, double atLeast)
    {
        using var service = Service();
        using var http = service.CreateClient();
        var downloads = new DownloadsClient(http);
        var codes = s_codes.Take(count).ToArray();
        Assert.Equal(count, codes.Length);
        var site = Url(service, server, "flags/{cc}/");

        var id = await SubmitAsync(http, new { urlTemplate = site + "{cc}.gif", metadataUrl = site + "metadata.json", values = codes, fileName = "{metadata.country}-{cc}.gif", concurrency });
        var job = await downloads.EndAsync(id);

        var faults = service.Logs.Lines.Select(line => line.Message).Where(message => message.StartsWith("Fault HttpError", StringComparison.Ordinal)).ToList();
        Assert.Equal(server == "error", faults.Count > 0);
        var outcomes = new Dictionary<string, int>(StringComparer.Ordinal) { ["done"] = 0, ["metadata"] = 0, ["httpStatus"] = 0 };
        foreach (var (code, item) in codes.Zip(await downloads.ItemsAsync(id)))
        {
            var expected = faults.Exists(fault => fault.Contains($"/{code}/metadata.json,", StringComparison.Ordinal)) ? "metadata"
                : faults.Exists(fault => fault.Contains($"/{code}/{code}.gif,", StringComparison.Ordinal)) ? "httpStatus"
                : "done";
            outcomes[expected]++;
            Assert.Equal(
                expected == "done" ? ("done", null, Name(code), Digest(code)) : ("failed", expected, null, null),
                (DownloadsClient.Text(item, "state"), DownloadsClient.Text(item, "errorCode"), DownloadsClient.Text(item, "fileName"), DownloadsClient.Text(item, "sha256")));
        }

        Assert.Equal((outcomes["done"], count - outcomes["done"]), (DownloadsClient.Count(job, "done"), DownloadsClient.Count(job, "failed")));
        foreach (var code in (string[])["metadata", "httpStatus"])
        {
            Assert.Equal(outcomes[code], (await downloads.ItemsAsync(id, $"errorCode={code}")).Count);
        }

        // More at once than allowed would be quicker than this.
        Assert.True(job.GetProperty("took").GetDouble() >= atLeast, $"took {job.GetProperty("took").GetDouble()} s");
        var files = Directory.GetFiles(Path.Combine(service.DataDirectory, "files", id)).Select(path => Path.GetFileName(path)!);
        Assert.Equal((await downloads.ItemsAsync(id, "state=done")).Select(item => DownloadsClient.Text(item, "fileName")).Order(StringComparer.Ordinal), files.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task CodesThatNoCountryHasAreNotFound()
    {
        using var service = Service();
        using var http = service.CreateClient();
        var downloads = new DownloadsClient(http);

        var id = await SubmitAsync(http, new { urlTemplate = Url(service, "local", "flags/{cc}/{cc}.gif"), values = (string[])[.. s_codes.Take(20), "xx", "zz"] });
        var job = await downloads.EndAsync(id);

        Assert.Equal((20, 2), (DownloadsClient.Count(job, "done"), DownloadsClient.Count(job, "failed")));
        Assert.Equal([21, 22], (await downloads.ItemsAsync(id, "errorCode=notFound")).Select(item => item.GetProperty("n").GetInt32()));
        Assert.True(job.GetProperty("took").GetDouble() > 0);
    }

    private static string Name(string code) =>
        JsonDocument.Parse(File.ReadAllText(Path.Combine(s_flags, code, "metadata.json"))).RootElement.GetProperty("country").GetString()!.Replace(' ', '_') + $"-{code}.gif";

    private static string Digest(string code) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(s_flags, code, $"{code}.gif"))));

    /// <summary>With the lab's own three servers, as <c>deploy/lab/appsettings.json</c> has them, on free ports.</summary>
    private static ServiceFixture Service()
    {
        var lab = JsonDocument.Parse(File.ReadAllText(Repository.Path("deploy", "lab", "appsettings.json"))).RootElement.GetProperty("Lab").GetProperty("Servers");
        var settings = lab.EnumerateObject().SelectMany(server => Settings($"Lab:Servers:{server.Name}", server.Value)).ToList();
        settings.RemoveAll(setting => setting.Key.EndsWith(":Port", StringComparison.Ordinal) || setting.Key.EndsWith(":Root", StringComparison.Ordinal));
        settings.AddRange(lab.EnumerateObject().SelectMany(server => new (string, string?)[]
        {
            ($"Lab:Servers:{server.Name}:Port", "0"), ($"Lab:Servers:{server.Name}:Root", Path.GetDirectoryName(s_flags)),
        }));
        return new ServiceFixture([.. settings, ("Downloads:Concurrency", "100"), ("Downloads:PerHost", "100"), DownloadsClient.Loopback]);
    }

    private static IEnumerable<(string Key, string? Value)> Settings(string key, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => value.EnumerateObject().SelectMany(field => Settings($"{key}:{field.Name}", field.Value)),
        JsonValueKind.Array => value.EnumerateArray().SelectMany((each, n) => Settings($"{key}:{n}", each)),
        _ => [(key, value.ToString())],
    };

    private static string Url(ServiceFixture service, string server, string path) =>
        string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{service.Services.GetRequiredService<LabServers>().All.Single(each => each.Name == server).Port}/{path}");

    private static async Task<string> SubmitAsync(HttpClient http, object body)
    {
        using var response = await http.PostAsync("/downloads", new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json"), Token);
        var text = await response.Content.ReadAsStringAsync(Token);
        Assert.True(response.StatusCode == HttpStatusCode.Accepted, text);
        return JsonDocument.Parse(text).RootElement.GetProperty("id").GetString()!;
    }
}
