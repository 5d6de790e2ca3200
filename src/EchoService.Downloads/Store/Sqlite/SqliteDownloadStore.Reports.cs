namespace EchoService.Downloads.Store.Sqlite;

/// <summary>What workers report, many lanes in one transaction. An item that its lane no longer holds is left as it is: the fence.</summary>
internal sealed partial class SqliteDownloadStore
{
    public Task<CommitResult> CommitAsync(CommitBatch batch, CancellationToken cancellationToken) =>
        _database.WriteAsync(
            session =>
            {
                var transaction = new ReportTransaction(session, Present(session), batch.MaxRests);
                var lost = batch.Placed.Where(placement => !transaction.Place(placement)).ToList();
                var results = batch.Reports.Select(transaction.Apply).ToList();
                foreach (var token in batch.EndedLanes)
                {
                    session.Execute("unlease", ("@token", token));
                }

                return new CommitResult(results, lost, transaction.Finish());
            },
            cancellationToken);
}
