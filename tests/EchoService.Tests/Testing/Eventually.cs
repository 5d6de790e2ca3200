using System.Diagnostics;

namespace EchoService.Tests.Testing;

/// <summary>Waits for what no signal tells: asks again until it holds, or fails at a deadline. The only place where tests poll.</summary>
public static class Eventually
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    public static Task True(Func<bool> condition, string what, TimeSpan? within = null) =>
        True(() => Task.FromResult(condition()), what, within);

    public static async Task True(Func<Task<bool>> condition, string what, TimeSpan? within = null)
    {
        var clock = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(clock.Elapsed < (within ?? Deadline), $"After {clock.Elapsed.TotalSeconds:0.0} s still not: {what}");
            await Task.Delay(Interval, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Runs <paramref name="assertion"/> until it no longer fails, and shows its last failure at the deadline.</summary>
    public static async Task Passes(Func<Task> assertion, TimeSpan? within = null)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                await assertion();
                return;
            }
            catch (Exception) when (clock.Elapsed < (within ?? Deadline) && !TestContext.Current.CancellationToken.IsCancellationRequested)
            {
                await Task.Delay(Interval, TestContext.Current.CancellationToken);
            }
        }
    }
}
