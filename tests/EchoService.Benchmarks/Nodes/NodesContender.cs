using System.Globalization;
using System.Net.Http.Json;

namespace EchoService.Benchmarks;

/// <summary>So many nodes with a fixed concurrency each, on one database and one folder.</summary>
internal sealed class NodesContender(int count, IReadOnlyList<string> urls, string database) : IContender
{
    private readonly ScratchFolder _folder = new();
    private readonly List<RunningService> _nodes = [];

    public string Name => string.Create(CultureInfo.InvariantCulture, $"{count} node{(count == 1 ? "" : "s")}");

    public async Task StartAsync()
    {
        for (var node = 0; node < count; node++)
        {
            _nodes.Add(await RunningService.StartAsync(
                "--Downloads:Egress:AllowedNetworks:0=127.0.0.0/8",
                "--Downloads:Store:Kind=Postgres",
                $"--Downloads:Store:ConnectionString={database}",
                "--Downloads:Content:Shared=true",
                $"--Downloads:DataDirectory={_folder.Path}",
                "--Downloads:Concurrency=8",
                "--Downloads:PerHost=64"));
            while (!(await _nodes[^1].Http.GetAsync("/health/ready/downloads")).IsSuccessStatusCode)
            {
                await Task.Delay(50);
            }
        }
    }

    public async Task<Sample> RunAsync()
    {
        var processor = Processor();
        using var response = await _nodes[0].Http.PostAsJsonAsync("/downloads", new { urls });
        response.EnsureSuccessStatusCode();
        var took = await JobEnd.WaitAsync(_nodes[0], response.Headers.Location!, urls.Count);
        var sample = Sample.Of("files", urls.Count, took, Processor() - processor, _nodes.Max(node => node.Peak));
        (await _nodes[0].Http.DeleteAsync(response.Headers.Location)).EnsureSuccessStatusCode();
        return sample;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }

        await _folder.DisposeAsync();
    }

    private TimeSpan Processor() => _nodes.Aggregate(TimeSpan.Zero, (sum, node) => sum + node.Processor);
}
