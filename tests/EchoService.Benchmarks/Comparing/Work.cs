namespace EchoService.Benchmarks;

/// <summary>A piece of work that several contenders do.</summary>
/// <param name="Name">Short, as <c>--only</c> takes it.</param>
/// <param name="Title">Says what a run is.</param>
/// <param name="Baseline">The contender by whose figures those of the others are divided.</param>
/// <param name="Contenders">Makes them, after it has started what they share.</param>
internal sealed record Work(string Name, string Title, string Baseline, Func<SharedPeers, Task<IReadOnlyList<IContender>>> Contenders);

/// <summary>What was started for one work: what the contenders share (an origin, a list), and they themselves. The last is stopped first.</summary>
internal sealed class SharedPeers : IAsyncDisposable
{
    private readonly Stack<IAsyncDisposable> _peers = [];

    public T Add<T>(T peer)
        where T : IAsyncDisposable
    {
        _peers.Push(peer);
        return peer;
    }

    /// <summary>Stops all of them, also when one of them cannot be stopped.</summary>
    public async ValueTask DisposeAsync()
    {
        while (_peers.TryPop(out var peer))
        {
            try
            {
                await peer.DisposeAsync();
            }
            catch (Exception exception) when (exception is InvalidOperationException or IOException)
            {
                await Console.Error.WriteLineAsync($"{peer.GetType().Name} was not stopped in order: {exception.Message}");
            }
        }
    }
}
