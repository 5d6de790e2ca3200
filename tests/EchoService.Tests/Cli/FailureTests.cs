using EchoService.Tests.Testing;

namespace EchoService.Tests.Cli;

/// <summary>Whatever goes wrong: one line that names it, the right exit code, nothing on standard output, no stack trace.</summary>
public sealed class FailureTests : IAsyncLifetime
{
    private readonly Echoctl _echoctl = new();
    private Origin _origin = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _origin = await Origin.StartAsync(Token);

    [Theory]
    [InlineData(2, "Give a command.")]
    [InlineData(2, "There is no command 'downlaod'", "downlaod", "x")]
    [InlineData(2, "There is no option '--frob'", "--frob")]
    [InlineData(2, "There is no option '--frob'", "download", "--frob")]
    [InlineData(2, "Give URLs, or -i FILE", "download")]
    [InlineData(2, "The list 'no-such-list' is not there.", "download", "-i", "no-such-list")]
    [InlineData(2, "--concurrency must lie between 1 and 10000.", "download", "http://localhost/", "-m", "0")]
    [InlineData(2, "--concurrency takes a whole number, not 'x'.", "download", "http://localhost/", "-m", "x")]
    [InlineData(2, "--on-conflict takes rename, overwrite, skip or fail, not 'x'.", "download", "http://localhost/", "--on-conflict", "x")]
    [InlineData(2, "--name: The placeholder {x} is unknown.", "download", "http://localhost/", "--name", "{x}")]
    [InlineData(2, "--limit 'x' is no number of bytes", "download", "http://localhost/", "--limit", "x")]
    [InlineData(2, "--user takes NAME:PASSWORD.", "download", "http://localhost/", "--user", "x")]
    [InlineData(2, "--watch goes with --server", "download", "http://localhost/", "--watch")]
    [InlineData(2, "--limit does not go with --server", "download", "http://localhost/", "--server", "http://localhost:1", "--limit", "1M")]
    [InlineData(2, "--proxy does not go with --server", "download", "http://localhost/", "--server", "http://localhost:1", "--proxy", "http://localhost:1")]
    [InlineData(2, "--output does not go with --server", "download", "http://localhost/", "--server", "http://localhost:1", "-o", "x")]
    [InlineData(1, "Nothing can be saved in '/dev/null/x'", "download", "http://localhost/", "-o", "/dev/null/x")]
    [InlineData(2, "--limit takes a whole number, not 'x'.", "chars", "cat", "--limit", "x")]
    [InlineData(2, "N takes a whole number, not 'x'.", "repeat", "localhost:1", "x")]
    [InlineData(2, "--size times --depth", "bench", "localhost:1", "--size", "1000000", "--depth", "1000")]
    [InlineData(1, "http://127.0.0.1:1 cannot be reached: Connection refused", "jobs", "--server", "http://127.0.0.1:1")]
    [InlineData(1, "http://127.0.0.1:1 cannot be reached: Connection refused", "watch", "x", "--server", "127.0.0.1:1")]
    [InlineData(2, "--key holds printable ASCII characters only", "jobs", "--key", "a b")]
    [InlineData(2, "--state takes", "jobs", "--state", "x")]
    [InlineData(1, "http://127.0.0.1:1/: ", "fetch", "http://127.0.0.1:1/")]
    [InlineData(1, "127.0.0.1:1 cannot be reached: Connection refused", "connect", "127.0.0.1:1")]
    [InlineData(1, "ws://127.0.0.1:1/ cannot be reached: Connection refused", "connect", "ws://127.0.0.1:1/")]
    [InlineData(2, "'nowhere' is no HOST:PORT", "connect", "nowhere")]
    public async Task SaysInOneLineWhatIsWrong(int exitCode, string message, params string[] arguments)
    {
        var result = await _echoctl.RunAsync(arguments);

        AssertOneLine(result, exitCode, message);
        Assert.Equal("", result.Output);
    }

    [Fact]
    public async Task SaysThatTheKeyIsWrongAndHowToGiveOne()
    {
        _origin.OnPrefix("/downloads", (_, _) => OriginAnswer.Text(
            """{"status":401,"title":"Unauthorized","detail":"An API key is needed.","code":"unauthorized"}""", "application/problem+json") with
        { Status = 401 });

        var result = await _echoctl.RunAsync(["jobs", "--server", $"{_origin.Address}"], "", ("ECHOCTL_KEY", "ek_wrong"));

        AssertOneLine(result, 1, $"http://127.0.0.1:{_origin.Port} answers 401: An API key is needed. An API key goes with --key or ECHOCTL_KEY.");
        Assert.Equal("Bearer ek_wrong", _origin.RequestsTo("/downloads?limit=20")[0].Headers["Authorization"]);
    }

    [Theory]
    [InlineData("chars cjk")]
    [InlineData("chars cjk --json")]
    [InlineData("fetch ORIGIN/endless")]
    public async Task EndsQuietlyWhenThePipeIsClosed(string command)
    {
        _origin.On("/endless", OriginAnswer.Endless());

        var result = await Tool.RunAsync("bash", ["-c", $"set -o pipefail; dotnet {Echoctl.Program} {command.Replace("ORIGIN/", $"{_origin.Address}", StringComparison.Ordinal)} | head -c 100 | wc -c"]);

        Assert.Equal(("", 0, "100"), (result.Errors, result.ExitCode, result.Output.Trim()));
    }

    /// <summary>Of these the exit code tells that all is done, and it is not.</summary>
    [Fact]
    public async Task ADownloadThatNobodyReadsOnIsNotDone()
    {
        _origin.OnPrefix("/", (path, _) => OriginAnswer.Text(path) with { Delay = TimeSpan.FromMilliseconds(100) });
        var list = _echoctl.Path("list");
        await File.WriteAllLinesAsync(list, Enumerable.Range(0, 100).Select(n => _origin.Url($"/{n}").AbsoluteUri), Token);

        var result = await Tool.RunAsync("bash", ["-c", $"set -o pipefail; dotnet {Echoctl.Program} download -v -m 1 -i {list} -o {_echoctl.Path("files")} | head -n 1 | wc -l"]);

        Assert.Equal(("", 1, "1"), (result.Errors, result.ExitCode, result.Output.Trim()));
    }

    /// <summary>At each point where a download may meet it: the state cannot be made, the file does not fit, nor what is printed.</summary>
    [Fact]
    public async Task SaysThatTheDiskIsFullAndGoesOnOnceItIsNot()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "mounting a tmpfs needs root");
        Tool.Require("mount", "umount");
        _origin.On("/small", OriginAnswer.File(1, 10_000)).On("/large", OriginAnswer.File(2, 2_000_000));
        var disk = Directory.CreateDirectory(_echoctl.Path("disk")).FullName;
        var mounted = await Tool.RunAsync("mount", ["-t", "tmpfs", "-o", "size=8m", "tmpfs", disk]);
        Assert.SkipWhen(mounted.ExitCode != 0, $"no tmpfs can be mounted: {mounted.Errors}");
        try
        {
            var filler = Path.Combine(disk, "filler");
            string[] download = ["download", $"{_origin.Url("/small")}", $"{_origin.Url("/large")}", "-o", disk];
            await File.WriteAllBytesAsync(filler, new byte[6_500_000], Token);
            var full = await _echoctl.RunAsync(download);
            AssertOneLine(full, 1, $"Nothing can be saved in '{disk}': ");

            // Whether the write failed first or the look at what room there is.
            Assert.Matches("No space left on device|disk is nearly full", full.Errors);

            File.Delete(filler);
            var resumed = await _echoctl.RunAsync(download);
            Assert.Equal(("", 0), (resumed.Errors, resumed.ExitCode));

            await Tool.RunAsync("sh", ["-c", $"cat /dev/zero > '{filler}'"]);
            AssertOneLine(await _echoctl.RunAsync([.. download[..3], "-o", Path.Combine(disk, "other")]), 1, "of '" + Path.Combine(disk, "other") + "' cannot be kept: ");
            AssertOneLine(await _echoctl.RunAsync(["fetch", download[2], "--out", Path.Combine(disk, "f")]), 1, "No space left on device");
        }
        finally
        {
            await Tool.RunAsync("umount", ["-l", disk]);
        }
    }

    [Fact]
    public async Task SaysHowAListIsGivenThatWasTakenForAnUrl()
    {
        await File.WriteAllTextAsync(_echoctl.Path("urls.txt"), "http://localhost/\n", Token);

        AssertOneLine(await _echoctl.RunAsync(["download", "urls.txt"]), 2, "'urls.txt' is a file: a list of URLs goes with -i urls.txt.");
    }

    [Fact]
    public async Task SaysThatStandardOutputIsFull()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "there is no /dev/full");

        var result = await Tool.RunAsync("sh", ["-c", $"dotnet {Echoctl.Program} chars digit > /dev/full"]);

        AssertOneLine(result, 1, "Standard output cannot be written: No space left on device");
    }

    [Fact]
    public async Task SaysThatAFolderMayNotBeWritten()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "permissions of Linux");
        Tool.Require("setpriv");
        var other = await AsAnotherUserAsync("test -r " + Echoctl.Program);
        Assert.SkipWhen(other.ExitCode != 0, "another user cannot be taken, or cannot read the program");
        Directory.CreateDirectory(_echoctl.Path("mine"));
        await Tool.RunAsync("chmod", ["755", _echoctl.Folder, _echoctl.Path("mine")]);

        foreach (var (exitCode, message, command) in ((int, string, string)[])
        [
            (1, "Nothing can be saved in 'mine': Access to the path", $"download {_origin.Url("/a")} -o mine"),
            (1, "Nothing can be saved in 'mine/below': Access to the path", $"download {_origin.Url("/a")} -o mine/below"),
            (1, "Access to the path", $"fetch {_origin.Url("/a")} --out mine/a"),
            (2, "The list '/etc/shadow' cannot be read: Access to the path", "download -i /etc/shadow -o mine"),
        ])
        {
            _origin.On("/a", OriginAnswer.Text("a"));
            AssertOneLine(await AsAnotherUserAsync($"dotnet {Echoctl.Program} {command}"), exitCode, message);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _origin.DisposeAsync();
        _echoctl.Dispose();
    }

    private static void AssertOneLine(ToolResult result, int exitCode, string message)
    {
        Assert.Matches(@"^echoctl: [^\n]+\n$", result.Errors);
        Assert.True(result.Errors.Contains(message, StringComparison.Ordinal), $"'{message}' is not in: {result.Errors}");
        Assert.Equal(exitCode, result.ExitCode);
    }

    private Task<ToolResult> AsAnotherUserAsync(string command) => Tool.RunAsync(
        "sh", ["-c", $"cd '{_echoctl.Folder}' && exec setpriv --reuid=65534 --regid=65534 --clear-groups env HOME=/tmp {command}"]);
}
