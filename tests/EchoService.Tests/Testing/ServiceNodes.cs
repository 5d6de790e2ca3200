namespace EchoService.Tests.Testing;

/// <summary>Service processes that share a database and their files, as identical containers would.</summary>
public sealed class ServiceNodes : IAsyncDisposable
{
    private readonly List<ServiceProcess> _nodes = [];
    private readonly (string Key, string? Value)[] _settings;

    /// <param name="content">Where files are kept; none: one folder on this machine's disk.</param>
    public ServiceNodes(string database, IEnumerable<(string Key, string? Value)> settings, params (string Key, string? Value)[] content)
    {
        Folder = Directory.CreateTempSubdirectory("echoservice-shared-").FullName;
        _settings =
        [
            DownloadsClient.Loopback,
            ("Downloads:Store:Kind", "Postgres"),
            ("Downloads:Store:ConnectionString", database),
            .. content.Length > 0 ? content : [("Downloads:Content:Shared", "true"), ("Downloads:DataDirectory", Folder)],
            .. settings,
        ];
    }

    /// <summary>What the nodes share where they keep their files on disk.</summary>
    public string Folder { get; }

    public ServiceProcess this[int node] => _nodes[node];

    public int Count => _nodes.Count;

    /// <summary>Starts one more, and waits until it serves HTTP; it may not have its database yet.</summary>
    public async Task<ServiceProcess> StartAsync(Action<ServiceProcess>? prepare = null)
    {
        var node = ServiceProcess.Create(_settings);
        _nodes.Add(node);
        prepare?.Invoke(node);
        await node.StartAsync();
        return node;
    }

    /// <summary>So many, ready for downloads.</summary>
    public async Task StartAsync(int count)
    {
        await Task.WhenAll(Enumerable.Range(0, count).Select(_ => StartAsync()));
        await Task.WhenAll(_nodes.Select(ReadyAsync));
    }

    /// <summary>Waits until the node is ready for downloads.</summary>
    public static Task ReadyAsync(ServiceProcess node) => Eventually.True(
        async () =>
        {
            using var answer = await node.Client.GetAsync("/health/ready/downloads", TestContext.Current.CancellationToken);
            return answer.IsSuccessStatusCode;
        },
        "the node is ready",
        TimeSpan.FromSeconds(60));

    /// <summary>Its leases were renewed too late, as it says: it has rightly broken off by itself what it had leased.</summary>
    public static bool HasRenewedLate(ServiceProcess node) => node.Output.ToString().Contains("The database did not answer in time.", StringComparison.Ordinal);

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }

        Directory.Delete(Folder, recursive: true);
    }
}
