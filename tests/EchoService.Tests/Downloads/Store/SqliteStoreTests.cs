namespace EchoService.Tests.Downloads.Store;

public sealed class SqliteDownloadStoreTests : DownloadStoreTests
{
    private protected override Task<IStoreUnderTest> OpenAsync() => Task.FromResult<IStoreUnderTest>(new SqliteStoreUnderTest());
}

public sealed class SqliteLeaseTests : LeaseTests
{
    private protected override Task<IStoreUnderTest> OpenAsync() => Task.FromResult<IStoreUnderTest>(new SqliteStoreUnderTest());
}

public sealed class SqliteRetryStoreTests : RetryStoreTests
{
    private protected override Task<IStoreUnderTest> OpenAsync() => Task.FromResult<IStoreUnderTest>(new SqliteStoreUnderTest());
}

public sealed class SqliteOutageTests : OutageTests
{
    private protected override Task<IStoreUnderTest> OpenAsync() => Task.FromResult<IStoreUnderTest>(new SqliteStoreUnderTest());
}
