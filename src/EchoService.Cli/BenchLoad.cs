namespace EchoService.Cli;

internal sealed record BenchResult(LatencyHistogram Latency, double Seconds, int MessageBytes, long Errors, string? FirstError)
{
    public double PerSecond => Seconds > 0 ? Latency.Count / Seconds : 0;
}

/// <summary>Runs the connections of a bench side by side and sums up what they saw.</summary>
internal sealed class BenchLoad(HostPort target, BenchOptions options, TimeProvider time)
{
    public async Task<BenchResult> RunAsync(CancellationToken token)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(token);
        var connections = new BenchConnection[options.Connections];
        for (var i = 0; i < connections.Length; i++)
        {
            connections[i] = await BenchConnection.OpenAsync(target, options, time, i, token);
        }

        var begun = time.GetTimestamp();
        over.CancelAfter(options.Duration);
        await Task.WhenAll(connections.Select(connection => Task.Run(() => connection.RunAsync(over.Token), CancellationToken.None)));
        var seconds = time.GetElapsedTime(begun).TotalSeconds;
        token.ThrowIfCancellationRequested();
        var all = new LatencyHistogram();
        foreach (var connection in connections)
        {
            all.Add(connection.Latency);
        }

        var errors = connections.Select(connection => connection.Error ?? (connection.Latency.Count == 0 ? "no reply came" : null)).OfType<string>().ToList();
        return new BenchResult(all, seconds, options.Size, errors.Count, errors.FirstOrDefault());
    }
}
