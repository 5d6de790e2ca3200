using System.Net;
using System.Text.Json;
using EchoService.Downloads;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Downloads;

public sealed class ExportTests : IDisposable
{
    private const string ReadZip = """
        import hashlib, json, sys, zipfile
        with zipfile.ZipFile(sys.argv[1]) as z:
            assert z.testzip() is None
            print(json.dumps({e.filename: [e.file_size, hashlib.sha256(z.read(e)).hexdigest() if e.file_size < 1 << 30 else ""] for e in z.infolist()}))
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("echoservice-export-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task GivesAJobsResultsAsManifestChecksumsAndArchive()
    {
        Tool.Require("python3", "sha256sum");
        await using var origin = await Origin.StartAsync(Token);
        origin.OnPrefix("/ok/", (path, _) => OriginAnswer.File((ulong)path.Length, 70_000 + path.Length)).On("/empty.txt", OriginAnswer.Text("", "text/plain"));
        using var service = new ServiceFixture(DownloadsClient.Loopback);
        using var http = service.CreateClient();
        var downloads = new DownloadsClient(http);
        var id = await downloads.SubmitAsync(["/ok/a.bin", "/ok/gr%C3%BC%C3%9Fe%20%E2%98%BA.bin", "/ok/bb/a.bin", "/missing", "/empty.txt"], origin);
        await downloads.EndAsync(id);
        var items = await downloads.ItemsAsync(id);

        var manifest = await http.GetStringAsync(new Uri($"/downloads/{id}/manifest", UriKind.Relative), Token);
        Assert.Equal(
            items.Select(item => JsonSerializer.Serialize(item)),
            manifest.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonSerializer.Serialize(JsonDocument.Parse(line).RootElement)));

        var list = await SaveAsync(http, $"/downloads/{id}/checksums");
        var check = await Tool.RunAsync("bash", ["-c", $"cd '{Path.Combine(service.DataDirectory, "files", id)}' && sha256sum --strict -c '{list}'"]);
        Assert.True(check.ExitCode == 0, check.Output + check.Errors);
        Assert.Equal(4, check.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);

        var entries = await ReadZipAsync(await SaveAsync(http, $"/downloads/{id}/archive"));
        Assert.Equal(
            items.Where(item => DownloadsClient.Text(item, "state") == "done").Select(item => (DownloadsClient.Text(item, "fileName")!, item.GetProperty("size").GetInt64(), DownloadsClient.Text(item, "sha256")!)),
            entries.EnumerateObject().Select(entry => (entry.Name, entry.Value[0].GetInt64(), entry.Value[1].GetString()!)));
        Assert.Empty(Directory.GetFiles(Path.Combine(service.DataDirectory, "parts")));
    }

    [Fact]
    public async Task LeavesOutAFileThatIsGoneAndSaysSo()
    {
        Tool.Require("python3");
        await using var origin = await Origin.StartAsync(Token);
        origin.OnPrefix("/", (path, _) => OriginAnswer.Text(path, "text/plain"));
        using var service = new ServiceFixture(DownloadsClient.Loopback);
        using var http = service.CreateClient();
        var downloads = new DownloadsClient(http);
        var id = await downloads.SubmitAsync(["/a.txt", "/b.txt"], origin);
        await downloads.EndAsync(id);
        File.Delete(Path.Combine(service.DataDirectory, "files", id, "a.txt"));

        var entries = await ReadZipAsync(await SaveAsync(http, $"/downloads/{id}/archive"));

        Assert.Equal("b.txt", Assert.Single(entries.EnumerateObject()).Name);
        Assert.Contains(service.Logs.Lines, line => line.Message.Contains("is gone: the archive lacks it", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("manifest")]
    [InlineData("checksums")]
    [InlineData("archive")]
    public async Task AnUnknownJobHasNone(string kind)
    {
        using var service = new ServiceFixture();
        using var http = service.CreateClient();
        using var answer = await http.GetAsync(new Uri($"/downloads/{new string('0', 32)}/{kind}", UriKind.Relative), Token);
        Assert.Equal((HttpStatusCode.NotFound, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
    }

    /// <summary>More entries than 65,535, and (soak) a file and an offset beyond 4 GiB: python reads zip64 only where it is right.</summary>
    [Fact]
    public async Task WritesZip64WhereNumbersNeedIt()
    {
        Tool.Require("python3");
        var soak = Environment.GetEnvironmentVariable("ECHOSERVICE_SOAK") is not null;
        var path = Path.Combine(_folder, "many.zip");
        await using (var output = File.Create(path))
        await using (var zip = new ZipWriter(output, _folder))
        {
            var now = DateTimeOffset.UnixEpoch.AddYears(50);
            if (soak)
            {
                await using var sparse = File.Create(Path.Combine(_folder, "sparse"));
                sparse.SetLength((4L << 30) + 5);
                await zip.AddAsync("large", now, sparse, Token);
            }

            for (var i = 0; i < 70_000; i++)
            {
                using var file = new MemoryStream(BitConverter.GetBytes(i));
                await zip.AddAsync($"{i}.bin", now, file, Token);
            }

            await zip.FinishAsync(Token);
        }

        var entries = await ReadZipAsync(path);

        Assert.Equal(70_000 + (soak ? 1 : 0), entries.EnumerateObject().Count());
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(BitConverter.GetBytes(69_999))), entries.GetProperty("69999.bin")[1].GetString());
        Assert.True(!soak || entries.GetProperty("large")[0].GetInt64() == (4L << 30) + 5);
    }

    [Theory]
    [InlineData("plain name.txt")]
    [InlineData("back\\slash.txt")]
    [InlineData("two\nlines.txt")]
    [InlineData("carriage\rreturn \\n.txt")]
    [InlineData(" leading and ☺.txt")]
    public async Task EscapesNamesAsCoreutilsDoes(string name)
    {
        Tool.Require("sha256sum");
        await File.WriteAllTextAsync(Path.Combine(_folder, name), name, Token);
        var list = Path.Combine(_folder, "list.sha256");
        await File.WriteAllTextAsync(list, ChecksumLine.Of(Files.Sha256(Path.Combine(_folder, name)), name), Token);

        var check = await Tool.RunAsync("bash", ["-c", $"cd '{_folder}' && sha256sum --strict -c list.sha256"]);

        Assert.True(check.ExitCode == 0, check.Output + check.Errors);
    }

    private static async Task<JsonElement> ReadZipAsync(string path)
    {
        var read = await Tool.RunAsync("python3", ["-c", ReadZip, path]);
        Assert.True(read.ExitCode == 0, read.Errors);
        return JsonDocument.Parse(read.Output).RootElement;
    }

    private async Task<string> SaveAsync(HttpClient http, string url)
    {
        var path = Path.Combine(_folder, Path.GetFileName(url));
        await using var file = File.Create(path);
        await using var body = await http.GetStreamAsync(new Uri(url, UriKind.Relative), Token);
        await body.CopyToAsync(file, Token);
        return path;
    }
}
