namespace EchoService.Tests.Testing;

/// <summary>The service as it was deployed: its processes, of which each answers for all, and what lies in its store.</summary>
public sealed class DeployedService : IAsyncDisposable
{
    private readonly ServiceNodes? _nodes;
    private readonly string? _database;
    private readonly ServiceProcess? _process;

    public DeployedService(ServiceProcess process) => (_process, DataDirectory) = (process, process.DataDirectory);

    public DeployedService(ServiceNodes nodes, string database, S3Server? bucket) =>
        (_nodes, _database, Bucket, DataDirectory) = (nodes, database, bucket, bucket is null ? nodes.Folder : null);

    public IReadOnlyList<ServiceProcess> Nodes => _nodes is { } nodes ? [.. Enumerable.Range(0, nodes.Count).Select(node => nodes[node])] : [_process!];

    /// <summary>Null: its files are on disk.</summary>
    public S3Server? Bucket { get; }

    /// <summary>Null: its files are in a bucket.</summary>
    public string? DataDirectory { get; }

    /// <summary>Speaks with one of the nodes, counted on past the last one.</summary>
    public DownloadsClient Downloads(int node) => new(Nodes[node % Nodes.Count].Client);

    /// <summary>URLs of the items that have ended well, whatever happens from now on.</summary>
    public async Task<IReadOnlyList<string>> CommittedAsync()
    {
        const string Sql = "SELECT url FROM items WHERE state IN (2, 3)";
        return _database is { } database
            ? await PostgresServer.TextsAsync(database, Sql)
            : Sqlite.Texts(Path.Combine(DataDirectory!, "echoservice.db"), Sql);
    }

    /// <summary>Whether the node has leased lanes. Nobody takes any from one process.</summary>
    public async Task<bool> HasLanesAsync(ServiceProcess node) =>
        _database is null || await PostgresServer.CountAsync(_database, $"SELECT count(*) FROM lanes WHERE node LIKE '%:{node.Id}:%'") > 0;

    /// <summary>Waits until one of the nodes has logged it.</summary>
    public async Task LoggedAsync(string text) =>
        await await Task.WhenAny(Nodes.Select(node => node.Output.WaitForAsync(text, TestContext.Current.CancellationToken)));

    public async ValueTask DisposeAsync()
    {
        await (_nodes?.DisposeAsync() ?? _process!.DisposeAsync());
        if (Bucket is { } bucket)
        {
            await bucket.DisposeAsync();
        }
    }
}
