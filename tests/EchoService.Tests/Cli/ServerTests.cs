using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Cli;

/// <summary>What drives a service.</summary>
public sealed class ServerTests : IAsyncLifetime
{
    private readonly Echoctl _echoctl = new();
    private Origin _origin = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _origin = await Origin.StartAsync(Token);

    [Fact]
    public async Task HandsOverOptionsAndLeavesToTheOperatorWhatIsNotGiven()
    {
        _origin.OnPrefix("/", (_, _) => OriginAnswer.Text("a"));
        await using var service = await ServiceProcess.StartAsync(DownloadsClient.Loopback);
        var server = service.Client.BaseAddress!.ToString();
        var digest = Convert.ToHexStringLower(SHA256.HashData("b"u8));

        var plain = await _echoctl.RunAsync(["download", $"{_origin.Url("/1")}", "--server", server, "--watch", "--json"]);
        var full = await _echoctl.RunAsync([
            "download", "-i", "-", "--server", server, "--watch", "--json", "--header", "X-Team: blue", "--user", "Aladdin:open sesame", "-m", "3", "--per-host", "2",
            "--attempts", "4", "--max-bytes", "1M", "--name", "x{n}", "--on-conflict", "fail"], $"# a comment\n\n{_origin.Url("/2")}\n");
        var other = await _echoctl.RunAsync(["download", $"{_origin.Url("/3")}", "--server", server, "--watch", "--checksum", digest]);

        var (left, given) = (Options(plain), Options(full));
        Assert.All(["concurrency", "perHost", "attempts", "headers", "fileName"], name => Assert.Equal(JsonValueKind.Null, left.GetProperty(name).ValueKind));
        Assert.Equal((3, 2, 4, 1_000_000), (given.GetProperty("concurrency").GetInt32(), given.GetProperty("perHost").GetInt32(), given.GetProperty("attempts").GetInt32(), given.GetProperty("maxBytes").GetInt32()));
        Assert.Equal(("x{n}", "fail"), (given.GetProperty("fileName").GetString(), given.GetProperty("onConflict").GetString()));
        Assert.Equal(("blue", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="), (_origin.RequestsTo("/2")[0].Headers["X-Team"], _origin.RequestsTo("/2")[0].Headers["Authorization"]));
        Assert.Contains("0 done, 1 failed (checksumMismatch 1)", other.Output, StringComparison.Ordinal);
    }

    /// <summary>One line for each item, however the items' ends came to be known.</summary>
    [Fact]
    public async Task WatchesAJobOverARestartOfItsService()
    {
        var gate = new TaskCompletionSource();
        _origin.OnPrefix("/", (path, number) => OriginAnswer.Text("a") with { Gate = path == "/3" && number == 1 ? gate.Task : null });
        await using var service = ServiceProcess.Create(DownloadsClient.Loopback, ("Http:Port", FreePort().ToString(CultureInfo.InvariantCulture)));
        await service.StartAsync();
        var job = await new DownloadsClient(service.Client).SubmitAsync(["/1", "/2", "/3", "/4", "/none:"], _origin, new { concurrency = 1 });
        using var watch = _echoctl.Start(["watch", job, "-v", "--server", service.Client.BaseAddress!.ToString()]);
        var (output, errors) = (ProcessLines.OfOutput(watch), ProcessLines.OfErrors(watch));
        await output.WaitForAsync("/2 -> ", Token);
        await _origin.RequestAsync("/3", 1, Token);

        await service.KillAsync();
        await errors.WaitForAsync("does not answer; trying again.", Token);
        await service.StartAsync();
        gate.SetResult();
        await output.WaitForAsync("Took ", Token);
        await watch.WaitForExitAsync(Token);

        Assert.Equal(0, watch.ExitCode);
        Assert.Equal(5, output.Snapshot().Count(line => line.StartsWith("done     ", StringComparison.Ordinal)));
        Assert.Equal(5, output.Snapshot().Where(line => line.StartsWith("done     ", StringComparison.Ordinal)).Distinct(StringComparer.Ordinal).Count());
        Assert.Contains("5 done", output.Snapshot());
        Assert.Contains(errors.Snapshot(), line => line.EndsWith("answers again.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AsksForWhatItMissedByTheLastIdItSaw()
    {
        _origin.On(
            "/downloads/x/events",
            Events("snapshot", "f-1", Job("running", 0)) with { CutAfter = Events("snapshot", "f-1", Job("running", 0)).Length },
            OriginAnswer.Error(503),
            Events("end", "f-2-end", Job("completed", 1)));

        var result = await _echoctl.RunAsync(["watch", "x", "--server", $"{_origin.Address}"]);

        var seen = _origin.RequestsTo("/downloads/x/events");
        Assert.DoesNotContain("Last-Event-ID", seen[0].Headers.Keys);
        Assert.Equal(("f-1", "f-1"), (seen[1].Headers["Last-Event-ID"], seen[2].Headers["Last-Event-ID"]));
        Assert.Equal(("1 done\nTook 0.50 seconds\n", 0), (result.Output, result.ExitCode));
    }

    [Fact]
    public async Task SaysThatAJobWasDeletedWhileItWatched()
    {
        _origin.On(
            "/downloads/x/events",
            Events("snapshot", "f-1", Job("running", 0)),
            OriginAnswer.Text("""{"status":404,"title":"Not Found","detail":"There is no such job.","code":"notFound"}""", "application/problem+json") with { Status = 404 });

        var result = await _echoctl.RunAsync(["watch", "x", "--server", $"{_origin.Address}"]);

        Assert.EndsWith("answers 404: There is no such job.\n", result.Errors, StringComparison.Ordinal);
        Assert.Equal(1, result.ExitCode);
    }

    [Fact]
    public async Task ShowsABarWhileItWatches()
    {
        Tool.Require("tmux");
        var gate = new TaskCompletionSource();
        _origin.On("/1", OriginAnswer.Text("a")).On("/2", OriginAnswer.Text("a") with { Gate = gate.Task });
        await using var service = await ServiceProcess.StartAsync(DownloadsClient.Loopback);
        await using var terminal = await Terminal.RunAsync(
            _echoctl.Folder, $"dotnet {Echoctl.Program} download {_origin.Url("/1")} {_origin.Url("/2")} --server {service.Client.BaseAddress} --watch");

        Assert.Matches("^━{15}─{15} 1/2  [0-9]+ files/s  ", await terminal.SeeAsync(" 1/2 "));
        gate.SetResult();
        Assert.Matches(@"^2 done\nTook \d+\.\d\d seconds\n\[ended 0\]$", await terminal.SeeAsync("[ended "));
    }

    [Fact]
    public async Task MakesAKeyThatAServiceTakesAndNoOther()
    {
        var made = JsonDocument.Parse((await _echoctl.RunAsync(["key", "new", "--json"])).Output).RootElement;
        var other = JsonDocument.Parse((await _echoctl.RunAsync(["key", "new", "--json"])).Output).RootElement.GetProperty("key").GetString()!;
        var (key, digest) = (made.GetProperty("key").GetString()!, made.GetProperty("sha256").GetString()!);
        await using var service = await ServiceProcess.StartAsync(
            ("Auth:ApiKeys:0:Name", "reader"), ("Auth:ApiKeys:0:Sha256", digest), ("Auth:ApiKeys:0:Scopes:0", "downloads:read"));
        var server = service.Client.BaseAddress!.ToString();

        var taken = await _echoctl.RunAsync(["jobs", "--server", server, "--key", key]);
        var fromVariable = await _echoctl.RunAsync(["jobs", "--server", server], "", ("ECHOCTL_KEY", key));
        var wrong = await _echoctl.RunAsync(["jobs", "--server", server, "--key", other]);
        var lacking = await _echoctl.RunAsync(["cancel", "x", "--server", server, "--key", key]);

        Assert.Matches("^ek_[A-Za-z0-9_-]{43}$", key);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(key))), digest);
        Assert.NotEqual(key, other);
        Assert.Equal(("", 0, "", 0), (taken.Errors, taken.ExitCode, fromVariable.Errors, fromVariable.ExitCode));
        Assert.Matches(@"^echoctl: http://[^ ]+ answers 401: [^\n]+ --key or ECHOCTL_KEY\.\n$", wrong.Errors);
        Assert.Matches(@"^echoctl: http://[^ ]+ answers 403: [^\n]+\n$", lacking.Errors);
        Assert.Equal((1, 1), (wrong.ExitCode, lacking.ExitCode));
    }

    public async ValueTask DisposeAsync()
    {
        await _origin.DisposeAsync();
        _echoctl.Dispose();
    }

    private static JsonElement Options(ToolResult result) => JsonDocument.Parse(result.Output).RootElement.GetProperty("options").Clone();

    /// <summary>One that a service can take twice: below those that the system gives to whoever connects meanwhile.</summary>
    private static int FreePort()
    {
        while (true)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                var port = RandomNumberGenerator.GetInt32(12_000, 32_000);
                socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException)
            {
                // Somebody has it.
            }
        }
    }

    private static OriginAnswer Events(string name, string id, string data) => OriginAnswer.Text($"event: {name}\nid: {id}\ndata: {data}\n\n", "text/event-stream") with { AnnounceLength = false };

    private static string Job(string state, int done) => string.Create(CultureInfo.InvariantCulture,
        $$$"""{"id":"x","state":"{{{state}}}","took":0.5,"total":1,"counts":{"queued":{{{1 - done}}},"running":0,"done":{{{done}}},"failed":0,"skipped":0,"cancelled":0},"bytes":0,"bytesPerSecond":0}""");
}
