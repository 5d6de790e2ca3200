using EchoService.Downloads;
using EchoService.Downloads.Engine;
using EchoService.Downloads.Jobs;
using EchoService.Downloads.Store;
using EchoService.Tests.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace EchoService.Tests.Downloads;

public class EngineTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ToldToStopFromTwoSidesAtOnceItStopsOnce()
    {
        for (var round = 0; round < 20; round++)
        {
            using var service = new ServiceFixture();
            var engine = service.Services.GetServices<IHostedService>().OfType<DownloadEngine>().Single();
            using var together = new Barrier(2);
            Task Stop()
            {
                together.SignalAndWait(TestContext.Current.CancellationToken);
                return engine.StopAsync(CancellationToken.None);
            }

            // A task of each, which is what the stop is waited for by: unwrapped it would be the same for all.
            var first = Task.Factory.StartNew(Stop, TaskCreationOptions.LongRunning);
            var second = Task.Factory.StartNew(Stop, TaskCreationOptions.LongRunning);
            Assert.Same(await first, await second);
            await await first;
        }
    }

    [Fact]
    public async Task GoesOnLeasingAfterAFailureThatNobodyForesaw()
    {
        var claims = 0;
        var claimedAgain = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var under = new EngineUnderTest(name =>
        {
            if (name == nameof(IDownloadStore.ClaimAsync))
            {
                _ = ++claims > 1 ? claimedAgain.TrySetResult() : throw new InvalidOperationException("For this test.");
            }

            return null;
        });
        await under.Engine.StartAsync(Token);
        await claimedAgain.Task.WaitAsync(s_patience, Token);
        await under.Logs.WaitForAsync("Leasing failed inside the service");
        await under.Engine.StopAsync(Token);
    }

    /// <summary>Far more is fetched than waits to be committed, so workers wait for room.</summary>
    [Theory]
    [InlineData(true, "Downloads pause, nothing can be stored")]
    [InlineData(false, "Nothing is committed any more")]
    public async Task StopsInTimeThoughNothingCanBeCommitted(bool temporary, string logged)
    {
        var failing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        async Task<CommitResult> FailAsync()
        {
            await failing.Task;
            throw temporary ? new StoreException("The database is locked.") : new InvalidOperationException("For this test.");
        }

        await using var under = new EngineUnderTest(name => name == nameof(IDownloadStore.CommitAsync) ? FailAsync() : null, ("Downloads:PerHost", "64"));
        await under.Engine.StartAsync(Token);
        await under.PublishAsync(10_000, new JobOptions());
        await Eventually.True(async () => (await under.Store.FindJobAsync("one", Token))!.Counts.Running > 2100, "more is leased than a batch and the room for the next");

        failing.SetResult();
        await under.Logs.WaitForAsync(logged);
        await under.Engine.StopAsync(new CancellationToken(canceled: temporary)).WaitAsync(s_patience, Token);
    }

    [Theory]
    [InlineData(nameof(IDownloadStore.CancelQueuedAsync))]
    [InlineData(nameof(IDownloadStore.RemoveRowsAsync))]
    [InlineData(nameof(IDownloadStore.QueueFailedAsync))]
    public async Task EndsWhatAUserBeganAndTheStoreBrokeOffWithoutARestart(string call)
    {
        var isUsers = new AsyncLocal<bool>();
        await using var under = new EngineUnderTest(
            name => name == call && isUsers.Value ? throw new StoreException("The database is locked.") : null,
            ("Downloads:LeaseSeconds", "1"));
        await under.Engine.StartAsync(Token);
        var retries = call == nameof(IDownloadStore.QueueFailedAsync);
        await under.PublishAsync(3, new JobOptions { StartAt = retries ? null : TimeProvider.System.GetUtcNow().AddDays(1) }, retries ? ErrorCode.NotFound : null);

        // What the engine does by itself succeeds, whenever it comes by.
        async Task AskAsync()
        {
            isUsers.Value = true;
            await (call switch
            {
                nameof(IDownloadStore.CancelQueuedAsync) => under.Control.CancelAsync("one", Token),
                nameof(IDownloadStore.RemoveRowsAsync) => under.Control.DeleteAsync("one", Token),
                _ => under.Control.RetryAsync("one", null, Token),
            });
        }

        await Assert.ThrowsAsync<StoreException>(AskAsync);
        await Eventually.True(
            async () => (await under.Store.UnfinishedStopsAsync(Token)).Count == 0 && (await under.Store.UnfinishedRetriesAsync(Token)).Count == 0,
            "nothing is left unfinished");
        await under.Engine.StopAsync(Token);
    }
}
