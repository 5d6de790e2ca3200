using EchoService.Tests.Testing;

namespace EchoService.Tests.Downloads.Store;

public sealed class PostgresDownloadStoreTests(PostgresServer server) : DownloadStoreTests
{
    private protected override Task<IStoreUnderTest> OpenAsync() => PostgresStoreUnderTest.OpenAsync(server);
}

public sealed class PostgresLeaseTests(PostgresServer server) : LeaseTests
{
    private protected override Task<IStoreUnderTest> OpenAsync() => PostgresStoreUnderTest.OpenAsync(server);
}

public sealed class PostgresRetryStoreTests(PostgresServer server) : RetryStoreTests
{
    private protected override Task<IStoreUnderTest> OpenAsync() => PostgresStoreUnderTest.OpenAsync(server);
}

public sealed class PostgresOutageTests(PostgresServer server) : OutageTests
{
    private protected override Task<IStoreUnderTest> OpenAsync() => PostgresStoreUnderTest.OpenAsync(server);
}
