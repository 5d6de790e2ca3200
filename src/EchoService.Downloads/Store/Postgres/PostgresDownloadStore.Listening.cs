using Npgsql;

namespace EchoService.Downloads.Store.Postgres;

/// <content>
/// How a node hears of what others do: a signal lets it look at once and carries nothing. Without it (a pooler that knows no <c>LISTEN</c>,
/// a lost connection) it looks by itself a little later.
/// </content>
internal sealed partial class PostgresDownloadStore
{
    private static readonly TimeSpan s_listenAgain = TimeSpan.FromSeconds(2);

    public async Task ListenAsync(Action changed, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await ListenOnceAsync(changed, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (exception is NpgsqlException or TimeoutException or IOException or System.Net.Sockets.SocketException)
            {
                // The engine tells of a database that does not answer; here it is only waited for.
                await Task.WhenAny(Task.Delay(s_listenAgain, time, cancellationToken));
            }
        }
    }

    private async Task ListenOnceAsync(Action changed, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        connection.Notification += (_, _) => changed();
        await using (var listen = new NpgsqlCommand("LISTEN echoservice_wake", connection))
        {
            await listen.ExecuteNonQueryAsync(cancellationToken);
        }

        // What was signalled while nobody listened.
        changed();
        while (true)
        {
            await connection.WaitAsync(cancellationToken);
        }
    }
}
