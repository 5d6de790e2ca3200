namespace EchoService.Tests.Testing;

/// <summary>Starts services of every kind; for all tests of a class, one of each kind that they share.</summary>
public sealed class Deployments(PostgresServer server) : IAsyncDisposable
{
    private const int Nodes = 3;
    private readonly Dictionary<Deployment, DeployedService> _shared = [];

    /// <summary>The one that the class's tests share. The settings are those of the first who asks.</summary>
    public async Task<DeployedService> SharedAsync(Deployment kind, params (string Key, string? Value)[] settings)
    {
        if (!_shared.TryGetValue(kind, out var service))
        {
            _shared[kind] = service = await StartAsync(kind, settings);
        }

        return service;
    }

    /// <summary>One of the test's own, ready for downloads. Whoever starts it ends it.</summary>
    public async Task<DeployedService> StartAsync(Deployment kind, params (string Key, string? Value)[] settings)
    {
        if (kind == Deployment.OneProcess)
        {
            return new DeployedService(await ServiceProcess.StartAsync([DownloadsClient.Loopback, .. settings]));
        }

        var bucket = kind == Deployment.NodesOnS3 ? await S3Server.StartAsync() : null;
        var database = await server.NewDatabaseAsync();
        var nodes = new ServiceNodes(database, settings, bucket?.Settings ?? []);
        var service = new DeployedService(nodes, database, bucket);
        try
        {
            await nodes.StartAsync(Nodes);
        }
        catch
        {
            await service.DisposeAsync();
            throw;
        }

        return service;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var service in _shared.Values)
        {
            await service.DisposeAsync();
        }
    }
}
