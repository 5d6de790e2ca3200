using System.Runtime.CompilerServices;

namespace EchoService.Tests.Testing;

public sealed class ServiceFixtureTests
{
    /// <summary>A timer that nobody ends holds its host, and a run of tests has hundreds of hosts.</summary>
    [Fact]
    public async Task AHostThatHasEndedIsHeldByNothing()
    {
        await RunAsync(); // timers that a process makes once hold the first
        var ended = await RunAsync();
        await Eventually.True(
            () =>
            {
                // Only a collection tells what is held; those that come by themselves may take minutes.
                GC.Collect();
                GC.WaitForPendingFinalizers();
                return !ended.IsAlive;
            },
            "the host is collected",
            TimeSpan.FromSeconds(60));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<WeakReference> RunAsync()
    {
        using var service = new ServiceFixture();
        using var http = service.CreateClient();
        await http.GetStringAsync("/hello", TestContext.Current.CancellationToken);
        return new WeakReference(service.Services);
    }
}
