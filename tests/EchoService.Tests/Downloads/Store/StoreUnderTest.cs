using EchoService.Downloads.Store;

namespace EchoService.Tests.Downloads.Store;

/// <summary>A store of one engine with nothing in it, and its clock in the test's hand.</summary>
internal interface IStoreUnderTest : IAsyncDisposable
{
    IDownloadStore Store { get; }

    /// <summary>Lets so much time pass, as the store sees it.</summary>
    Task AdvanceAsync(TimeSpan by);

    /// <summary>The one number that a query of the database gives.</summary>
    Task<long> CountAsync(string sql);
}
