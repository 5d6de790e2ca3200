using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using EchoService.Tests.Tcp.Proxy;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Deploy;

/// <summary>
/// What deploy/compose/cluster.yaml starts, on this machine: a real haproxy with its configuration, three service processes with the environment of
/// its nodes, a real PostgreSQL and a real S3 server with the accounts that it gives them. Only hosts and ports are others.
/// </summary>
public sealed class ClusterTests(PostgresServer server) : IAsyncLifetime
{
    private static readonly IPAddress Client = IPAddress.Parse("127.0.0.9");

    private readonly ComposeFile _compose = new("deploy/compose/cluster.yaml", ("DATABASE_PASSWORD", "one"), ("S3_SECRET_KEY", "two"));
    private readonly Dictionary<string, int> _binds = new(StringComparer.Ordinal);
    private S3Server _bucket = null!;
    private ServiceProcess[] _nodes = [];
    private Haproxy _haproxy = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(Haproxy.IsMissing, "haproxy is not installed");
        var s3 = _compose.Environment("s3");
        _bucket = await S3Server.StartAsync(_compose.Environment("node1")["Downloads__Content__Bucket"], s3["MINIO_ROOT_USER"], s3["MINIO_ROOT_PASSWORD"]);
        var postgres = _compose.Environment("postgres");
        var database = await server.NewDatabaseAsync(postgres["POSTGRES_DB"], postgres["POSTGRES_USER"], postgres["POSTGRES_PASSWORD"]);
        _nodes = [.. Enumerable.Range(1, 3).Select(number => Node(number, database))];
        await Task.WhenAll(_nodes.Select(node => node.StartAsync()));
        var ports = await Task.WhenAll(_nodes.Select(async node => (Echo: await node.PortAsync("echo"), Http: await node.PortAsync("http"))));
        _haproxy = await Haproxy.StartAsync(
            port =>
            {
                _binds[":8888"] = port;
                _binds[":8080"] = Haproxy.FreePort();
                _binds[":8405"] = Haproxy.FreePort();
                return new HaproxyConfiguration().On(_binds, ports);
            },
            IPAddress.Loopback);
        await IsAsync("UP", "node1", "node2", "node3");
    }

    public async ValueTask DisposeAsync()
    {
        if (_haproxy is not null)
        {
            await _haproxy.DisposeAsync();
        }

        await Task.WhenAll(_nodes.Select(node => node.DisposeAsync().AsTask()));
        if (_bucket is not null)
        {
            await _bucket.DisposeAsync();
        }
    }

    [Fact]
    public async Task AListThatIsPostedThroughTheBalancerIsFetchedByTheNodesAndServedByEach()
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.OnPrefix("/", (path, _) => OriginAnswer.File((ulong)path.Length, 2000 + path.Length) with { Delay = TimeSpan.FromMilliseconds(10) });
        using var http = new HttpClient(new HttpClientHandler { UseCookies = false }) { BaseAddress = new Uri($"http://127.0.0.1:{_binds[":8080"]}") };
        var downloads = new DownloadsClient(http);

        var id = await downloads.SubmitAsync(Enumerable.Range(0, 200).Select(i => $"/{i}"), origin);
        Assert.Equal(200, DownloadsClient.Count(await downloads.EndAsync(id), "done"));

        Assert.Equal(200, origin.TotalRequests);
        Assert.Equal(200, (await _bucket.KeysAsync()).Count);
        foreach (var item in await downloads.ItemsAsync(id))
        {
            var number = item.GetProperty("n").GetInt32();
            var expected = origin.Sha256(new Uri(DownloadsClient.Text(item, "url")!).AbsolutePath);
            Assert.Equal((expected, expected), (DownloadsClient.Text(item, "sha256"), await new DownloadsClient(_nodes[number % 3].Client).ServedSha256Async(id, number)));
        }
    }

    [Fact]
    public async Task NodesSeeTheClientKeepABrowserAndAreLeftOutOnceTheyAreGone()
    {
        // Again where a check was too slow on a busy machine, and its node left out for a moment.
        await Eventually.Passes(async () => Assert.Equal(1, await NodesThatAnswerAsync(keepsCookies: true)));
        await Eventually.Passes(async () => Assert.Equal(3, await NodesThatAnswerAsync(keepsCookies: false)));

        // The balancer goes by the fewest connections: while those to echo stay open, the next one is at the node with Info.
        var clients = new List<Socket>();
        var kinds = new HashSet<bool>();
        await Eventually.True(
            async () =>
            {
                var client = await _haproxy.ConnectAsync(IPAddress.Loopback, Client);
                clients.Add(client);
                var answer = await AnswerAsync(client);
                Assert.NotEmpty(answer);
                var isInfo = answer.StartsWith('{');
                Assert.True(!isInfo || JsonDocument.Parse(answer).RootElement.GetProperty("peer").GetString() == $"{client.LocalEndPoint}", answer);
                await AnyNodeLogsAsync($"Connection from {client.LocalEndPoint}");
                kinds.Add(isInfo);
                return kinds.Count == 2;
            },
            "an echo and an Info channel have answered");
        clients.ForEach(client => client.Dispose());

        // Killed without a word: the next clients come through at once, before any check has noticed.
        await _nodes[0].KillAsync();
        await EveryClientIsServedAsync();
        await IsAsync("DOWN", "node1");

        // Told to stop: it goes without a client noticing.
        Assert.Equal(0, await _nodes[2].StopAsync());
        await EveryClientIsServedAsync();
    }

    /// <summary>A node with the environment that cluster.yaml gives it. Its hosts are all on loopback here, and so is the origin.</summary>
    private ServiceProcess Node(int number, string database)
    {
        var node = ServiceProcess.Create(DownloadsClient.Loopback, ("Tcp:Channels:echo:Kind", number == 3 ? "Info" : "Echo"));
        foreach (var (name, value) in _compose.Environment($"node{number}"))
        {
            node.Environment[name] = value
                .Replace("172.30.88.10", "127.0.0.1", StringComparison.Ordinal)
                .Replace("Host=postgres;", $"{HostAndPort(database)};", StringComparison.Ordinal)
                .Replace("http://s3:9000", _bucket.Address.AbsoluteUri, StringComparison.Ordinal);
        }

        return node;
    }

    private static string HostAndPort(string connection) => string.Join(';', connection.Split(';').Where(part => part.StartsWith("Host=", StringComparison.Ordinal) || part.StartsWith("Port=", StringComparison.Ordinal)));

    /// <summary>How many nodes nine requests get to; a node is known by the port of its echo channel.</summary>
    private async Task<int> NodesThatAnswerAsync(bool keepsCookies)
    {
        using var handler = new HttpClientHandler { UseCookies = keepsCookies };
        using var http = new HttpClient(handler) { BaseAddress = new Uri($"http://127.0.0.1:{_binds[":8080"]}") };
        var ports = new HashSet<int>();
        for (var number = 0; number < 9; number++)
        {
            using var channels = JsonDocument.Parse(await http.GetStringAsync("/tcp/channels", Token));
            ports.Add(channels.RootElement.GetProperty("items").EnumerateArray().Single(channel => channel.GetProperty("name").GetString() == "echo").GetProperty("port").GetInt32());
        }

        return ports.Count;
    }

    private async Task EveryClientIsServedAsync()
    {
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{_binds[":8080"]}") };
        for (var number = 0; number < 10; number++)
        {
            using var client = await _haproxy.ConnectAsync(IPAddress.Loopback, Client);
            Assert.NotEmpty(await AnswerAsync(client));
            Assert.Equal("Hello, World", await http.GetStringAsync("/hello/World", Token));
        }
    }

    private async Task AnyNodeLogsAsync(string line) => await await Task.WhenAny(_nodes.Select(node => node.Output.WaitForAsync(line, Token)));

    /// <summary>Waits until haproxy's own metrics say so of the servers, in both backends.</summary>
    private async Task IsAsync(string state, params string[] servers)
    {
        using var http = new HttpClient();
        await Eventually.Passes(async () =>
        {
            var metrics = await http.GetStringAsync($"http://127.0.0.1:{_binds[":8405"]}/metrics", Token);
            Assert.All(servers, server => Assert.All(
                new[] { "echo", "http" },
                backend => Assert.Contains($"haproxy_server_status{{proxy=\"{backend}\",server=\"{server}\",state=\"{state}\"}} 1", metrics, StringComparison.Ordinal)));
        });
    }

    /// <summary>What an echo channel answers to a line, or an Info channel by itself: one line.</summary>
    private static async Task<string> AnswerAsync(Socket client)
    {
        await client.SendAsync("Hello\n"u8.ToArray(), Token);
        using var reader = new StreamReader(new NetworkStream(client), Encoding.UTF8);
        return await reader.ReadLineAsync(Token) ?? "";
    }
}
