namespace EchoService.Downloads.Store.Postgres;

/// <content>What workers report, many lanes in one transaction. An item that its lane no longer holds is left as it is: the fence.</content>
internal sealed partial class PostgresDownloadStore
{
    public Task<CommitResult> CommitAsync(CommitBatch batch, CancellationToken cancellationToken) =>
        database.TransactAsync(session => new CommitTransaction(session, batch).RunAsync(), cancellationToken);
}
