using System.Security.Cryptography;
using System.Text;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Cli;

/// <summary>Each option of <c>download</c> does what it says.</summary>
public sealed class DownloadOptionTests : IAsyncLifetime
{
    private readonly Echoctl _echoctl = new();
    private Origin _origin = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _origin = await Origin.StartAsync(Token);

    /// <summary>The list of the seed, from an origin that answers for these names as a proxy does.</summary>
    [Theory]
    [InlineData]
    [InlineData("--sequential")]
    public async Task SavesTheSeedsListUnderItsNames(params string[] further)
    {
        _origin.OnPrefix("/", (path, _) => OriginAnswer.Text($"<p>{path}"));
        string[] hosts = ["packtpub.com", "python.org", "docs.python.org", "aiohttp.readthedocs.io", "google.com"];
        await File.WriteAllLinesAsync(_echoctl.Path("seed.txt"), hosts.Select(host => $"http://{host}{(host == "docs.python.org" ? "/3/library/asyncio" : "")}"), Token);

        var result = await _echoctl.RunAsync(["download", "-i", "seed.txt", "-o", "output", "--proxy", $"127.0.0.1:{_origin.Port}", .. further]);

        Assert.Equal("", result.Errors);
        Assert.Equal(0, result.ExitCode);
        Assert.Matches(@"^5 URLs to output, (64|1) at once\n5 done\nTook \d+\.\d\d seconds\n$", result.Output);
        Assert.Equal(
            ["aiohttp.readthedocs.io.html", "asyncio.html", "google.com.html", "packtpub.com.html", "python.org.html"],
            Directory.EnumerateFiles(_echoctl.Path("output")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal("docs.python.org", _origin.RequestsTo("/3/library/asyncio")[0].Host);
        Assert.True(further.Length == 0 || _origin.MostAtOnce == 1);
    }

    [Fact]
    public async Task BoundsTransfersInAllAndAtAHost()
    {
        var gate = new TaskCompletionSource();
        _origin.OnPrefix("/", (_, _) => OriginAnswer.Text("x") with { Gate = gate.Task });
        var list = Enumerable.Range(0, 30).Select(n => $"{_origin.Url($"/{n}", n % 2 == 0 ? "127.0.0.1" : "localhost")}");
        using var process = _echoctl.Start(["download", .. list, "-m", "5", "--per-host", "3"]);
        await _origin.RequestAsync(5, Token);
        gate.SetResult();
        await process.WaitForExitAsync(Token);

        Assert.Equal(0, process.ExitCode);
        Assert.InRange(_origin.MostAtOnce, 4, 5);
        Assert.InRange(_origin.MostAtOnceOf($"127.0.0.1:{_origin.Port}"), 2, 3);
    }

    [Fact]
    public async Task NamesFilesByTemplateAndCompanionDocument()
    {
        _origin.OnPrefix("/fr/fr.gif", (_, _) => OriginAnswer.Text("tricolore", "image/gif"));
        _origin.OnPrefix("/fr/metadata.json", (_, _) => OriginAnswer.Text("""{"country": "French Guiana"}""", "application/json"));
        await File.WriteAllTextAsync(_echoctl.Path("codes"), "fr\n", Token);

        var result = await _echoctl.RunAsync([
            "download", "--template", $"{_origin.Address}{{cc}}/{{cc}}.gif", "--values", "codes", "--metadata", $"{_origin.Address}{{cc}}/metadata.json",
            "--name", "{metadata.country}-{cc}.gif"]);

        Assert.Equal("", result.Errors);
        Assert.True(File.Exists(_echoctl.Path("French_Guiana-fr.gif")), string.Join(' ', Directory.EnumerateFiles(_echoctl.Folder)));
    }

    [Theory]
    [InlineData("rename", 0, "old", "new")]
    [InlineData("overwrite", 0, "new", null)]
    [InlineData("skip", 0, "old", null)]
    [InlineData("fail", 1, "old", null)]
    public async Task DoesWithATakenNameAsItIsTold(string rule, int exitCode, string taken, string? beside)
    {
        _origin.On("/a.txt", OriginAnswer.Text("new", "text/plain"));
        await File.WriteAllTextAsync(_echoctl.Path("a.txt"), "old", Token);

        var result = await _echoctl.RunAsync(["download", $"{_origin.Url("/a.txt")}", "--on-conflict", rule]);

        Assert.Equal(exitCode, result.ExitCode);
        Assert.Equal(taken, await File.ReadAllTextAsync(_echoctl.Path("a.txt"), Token));
        Assert.Equal(beside, File.Exists(_echoctl.Path("a (1).txt")) ? await File.ReadAllTextAsync(_echoctl.Path("a (1).txt"), Token) : null);
    }

    [Fact]
    public async Task AFileTakesNoFoldersPlaceAndTheNextRunGoesOn()
    {
        _origin.On("/a.txt", OriginAnswer.Text("new", "text/plain")).On("/b.txt", OriginAnswer.Text("b", "text/plain"));
        Directory.CreateDirectory(_echoctl.Path("a.txt"));

        var refused = await _echoctl.RunAsync(["download", $"{_origin.Url("/a.txt")}", "--on-conflict", "overwrite"]);
        var next = await _echoctl.RunAsync(["download", $"{_origin.Url("/b.txt")}"]);

        Assert.Contains("0 done, 1 failed (nameConflict 1)", refused.Output, StringComparison.Ordinal);
        Assert.Contains("1 done\n", next.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TriesAsOftenAsItIsTold()
    {
        _origin.On("/busy", OriginAnswer.Busy("0"), OriginAnswer.Busy("0"), OriginAnswer.Text("at last"));

        var once = await _echoctl.RunAsync(["download", $"{_origin.Url("/busy")}", "--attempts", "1"]);
        var twice = await _echoctl.RunAsync(["download", $"{_origin.Url("/busy")}", "--attempts", "2"]);

        Assert.Contains("0 done, 1 failed (httpStatus 1)", once.Output, StringComparison.Ordinal);
        Assert.Contains("1 done\n", twice.Output, StringComparison.Ordinal);
        Assert.Equal(3, _origin.Requests("/busy"));
    }

    [Fact]
    public async Task TakesNoFileThatIsTooLargeOrOther()
    {
        _origin.On("/a", OriginAnswer.Text(new string('a', 1500)));
        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(new string('a', 1500))));

        var large = await _echoctl.RunAsync(["download", $"{_origin.Url("/a")}", "--max-bytes", "1K"]);
        var other = await _echoctl.RunAsync(["download", $"{_origin.Url("/a")}", "--checksum", "sha-256=" + new string('0', 64)]);
        var right = await _echoctl.RunAsync(["download", $"{_origin.Url("/a")}", "--checksum", digest]);

        Assert.Contains("1 failed (tooLarge 1)", large.Output, StringComparison.Ordinal);
        Assert.Contains("1 failed (checksumMismatch 1)", other.Output, StringComparison.Ordinal);
        Assert.Contains("1 done\n", right.Output, StringComparison.Ordinal);
    }

    /// <summary>A bucket of a second's bytes is full at the begin, so 300 KB at 100 KB/s take two seconds and not three.</summary>
    [Fact]
    public async Task TakesNoMoreThanItsRate()
    {
        _origin.On("/a", OriginAnswer.File(1, 300_000));

        var result = await _echoctl.RunAsync(["download", $"{_origin.Url("/a")}", "--limit", "100K", "--json"]);

        var took = System.Text.Json.JsonDocument.Parse(result.Output).RootElement.GetProperty("took").GetDouble();
        Assert.True(took > 1.9, result.Output);
    }

    [Fact]
    public async Task SendsHeadersAndTheUserToTheOriginAlone()
    {
        await using var elsewhere = await Origin.StartAsync(Token);
        elsewhere.On("/b", OriginAnswer.Text("b"));
        _origin.On("/a", OriginAnswer.Redirect($"{elsewhere.Url("/b")}"));

        var result = await _echoctl.RunAsync(["download", $"{_origin.Url("/a")}", "--header", "X-Team: blue", "-H", "Accept: text/x", "--user", "Aladdin:open sesame"]);

        Assert.Equal(0, result.ExitCode);
        var (first, second) = (_origin.RequestsTo("/a")[0].Headers, elsewhere.RequestsTo("/b")[0].Headers);
        Assert.Equal(("blue", "text/x", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="), (first["X-Team"], first["Accept"], first["Authorization"]));
        Assert.DoesNotContain("Authorization", second.Keys);
        Assert.DoesNotContain("X-Team", second.Keys);
    }

    [Fact]
    public async Task TrustsTheCertificatesOfAFileOrAnyWhenAsked()
    {
        _origin.On("/a", OriginAnswer.Text("a"));
        await File.WriteAllTextAsync(_echoctl.Path("root.pem"), Origin.Root.ExportCertificatePem(), Token);
        var url = $"{_origin.SecureUrl("/a")}";

        var refused = await _echoctl.RunAsync(["download", url, "-o", "1"]);
        var trusted = await _echoctl.RunAsync(["download", url, "-o", "2", "--cacert", "root.pem"]);
        var insecure = await _echoctl.RunAsync(["fetch", url, "--insecure"]);

        Assert.Contains("0 done, 1 failed (tls 1)", refused.Output, StringComparison.Ordinal);
        Assert.Contains("1 done\n", trusted.Output, StringComparison.Ordinal);
        Assert.Equal("a", insecure.Output);
    }

    [Fact]
    public async Task ConnectsToNoPrivateAddressWhenSafe()
    {
        var result = await _echoctl.RunAsync(["download", $"{_origin.Url("/a")}", "--safe"]);

        Assert.Contains("0 done, 1 failed (blockedAddress 1)", result.Output, StringComparison.Ordinal);
        Assert.Equal(0, _origin.TotalRequests);
    }

    [Fact]
    public async Task TakesWhatIsNotGivenFromVariables()
    {
        _origin.On("/a", OriginAnswer.Text("a"));

        var result = await _echoctl.RunAsync(["download", $"{_origin.Url("/a")}"], "", ("ECHOCTL_OUTPUT", "there"), ("ECHOCTL_VERBOSE", "1"), ("ECHOCTL_CONCURRENCY", "3"));
        var wrong = await _echoctl.RunAsync(["jobs"], "", ("ECHOCTL_LIMIT", "2M"));

        Assert.Equal($"1 URL to there, 3 at once\ndone     {_origin.Url("/a")} -> a.html (1 B)\n", result.Output[..(result.Output.IndexOf("B)\n", StringComparison.Ordinal) + 3)]);
        Assert.Equal("echoctl: --limit takes a whole number, not '2M'. Try 'echoctl jobs --help'. (ECHOCTL_LIMIT is set.)\n", wrong.Errors);
    }

    public async ValueTask DisposeAsync()
    {
        await _origin.DisposeAsync();
        _echoctl.Dispose();
    }
}
