using System.Text;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Downloads;

/// <summary>Whatever an origin or a list calls a file: none lies outside the job's folder, and no two items share one.</summary>
public sealed class NamesTests
{
    /// <summary>As they stand in a quoted Content-Disposition, in ISO 8859-1.</summary>
    private static readonly string[] s_names =
    [
        "../../escape.txt", "..\\\\..\\\\escape.txt", "/etc/passwd", "C:\\\\Windows\\\\win.ini", "\\\\\\\\server\\\\share\\\\x", "....//....//x", "..", ".", "...", "~/.ssh/authorized_keys",
        "%2e%2e%2f%2e%2e%2fescape.txt", "..%c0%af..%c0%afescape.txt", "a/../../b", "file.txt:stream", "file.txt::$DATA", "CON", "con.txt", "NUL", "aux.log", "COM1", "LPT9.doc",
        "name.", "name ", " name", "name...", ".htaccess", ".", "<>:|?*.txt", "desktop.ini", "UPPER.TXT", "upper.txt", "Upper.Txt", "-rf", "$(reboot)", "`id`", "; rm -rf x",
        new string('x', 300), new string('x', 300) + ".gif", new string('x', 300) + "." + new string('y', 300),
    ];

    /// <summary>As they stand, escaped, in an extended parameter (RFC 8187).</summary>
    private static readonly string[] s_extendedNames =
    [
        "../../../escape.txt", "..\\..\\escape.txt", "gpj.\u202Eexe", "\u2066x\u2069.txt", "\u200Fabc", "COM\u00B9", "a\tb.txt", new string('\u00E4', 200) + ".gif", "a\u0000b.txt", "line\r\nbreak", "\uFF0E\uFF0E\uFF0Fx", "\u2215etc\u2215passwd", "e\u0301.txt", "\u00E9.txt",
        string.Concat(Enumerable.Repeat("\U0001F600", 100)) + ".png", string.Concat(Enumerable.Repeat("\u304B", 150)), "\u1112\u1161\u11AB.txt", "\uD55C.txt", "\u0130.txt", "i\u0307.txt", "\u212A.txt", "k.txt",
    ];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task NoFileLiesOutsideItsJobsFolderAndNoTwoItemsShareOne()
    {
        await using var origin = await Origin.StartAsync(Token);
        var headers = s_names.Select(name => $"attachment; filename=\"{name}\"").Concat(s_extendedNames.Select(name => $"attachment; filename*=UTF-8''{Uri.EscapeDataString(name)}")).ToList();
        for (var n = 0; n < headers.Count; n++)
        {
            origin.On($"/{n}", OriginAnswer.Text($"body {n}") with { Headers = [("Content-Disposition", headers[n])] });
        }

        // The same names again, twice, as the list gives them.
        var own = s_names.Concat(s_extendedNames).Concat(s_names).Select((name, n) => (Path: $"/own/{n}", Name: name.Length > 0 ? name : "x")).ToList();
        origin.OnPrefix("/own/", (path, _) => OriginAnswer.Text("body " + path));
        using var service = new ServiceFixture(DownloadsClient.Loopback);
        using var http = service.CreateClient();
        var downloads = new DownloadsClient(http);
        var lines = Enumerable.Range(0, headers.Count).Select(n => new { url = origin.Url($"/{n}").AbsoluteUri, fileName = (string?)null })
            .Concat(own.Select(item => new { url = origin.Url(item.Path).AbsoluteUri, fileName = (string?)item.Name }));
        var body = string.Join('\n', lines.Select(line => System.Text.Json.JsonSerializer.Serialize(line)));

        using var response = await http.PostAsync("/downloads", new StringContent(body, Encoding.UTF8, "application/x-ndjson"), Token);
        var id = response.Headers.Location!.OriginalString.Split('/')[^1];
        await downloads.EndAsync(id);

        var items = await downloads.ItemsAsync(id);
        Assert.All(items, item => Assert.True(DownloadsClient.Text(item, "state") == "done", item.ToString()));
        var folder = Path.Combine(service.DataDirectory, "files", id);
        var names = items.Select(item => DownloadsClient.Text(item, "fileName")!).ToList();
        Assert.Equal(names.Order(StringComparer.Ordinal), Directory.GetFileSystemEntries(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal)!);
        Assert.Equal(names.Count, names.Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.All(names, name => Assert.InRange(Encoding.UTF8.GetByteCount(name), 1, 255));
        Assert.All(items, item => Assert.Equal(DownloadsClient.Text(item, "sha256"), Files.Sha256(Path.Combine(folder, DownloadsClient.Text(item, "fileName")!))));

        // Beside the job's folder there is what the service itself keeps, and nothing else.
        var others = Directory.GetFiles(service.DataDirectory, "*", SearchOption.AllDirectories).Where(path => !path.StartsWith(folder, StringComparison.Ordinal)).Select(Path.GetFileName);
        Assert.All(others, name => Assert.StartsWith("echoservice.", name, StringComparison.Ordinal));
        Assert.Equal(["files", "parts"], Directory.GetDirectories(service.DataDirectory).Select(Path.GetFileName).Order(StringComparer.Ordinal)!);
        Assert.Equal(folder, Assert.Single(Directory.GetFileSystemEntries(Path.Combine(service.DataDirectory, "files"))));
    }
}
