using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EchoService.Tcp;

/// <summary>The deadlines of all connections, looked at together. It outlives the listeners, because closing connections linger.</summary>
internal sealed class ConnectionSweep(LiveConnections connections, ConnectionClock clock, TimeProvider time, ILogger<ConnectionSweep> logger) : BackgroundService
{
    /// <summary>A walk over 10,000 connections takes well under a millisecond, so ten a second cost next to nothing.</summary>
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                // No periodic timer, which would wake a service that nobody uses.
                await connections.AnyAsync(stoppingToken);
                await Task.Delay(Tick, time, stoppingToken);
                Sweep();
            }
        }
        catch (OperationCanceledException)
        {
            // The service stops.
        }
    }

    private void Sweep()
    {
        var now = clock.Now;
        foreach (var connection in connections.All)
        {
            try
            {
                connection.Deadlines.Check(connection, now);
            }
            catch (ObjectDisposedException)
            {
                // It ended between the list and the look.
            }
            catch (Exception exception)
            {
                // One connection must not end the deadlines of all others.
                logger.Failed(connection.Client, connection.Channel.Name, exception);
            }
        }
    }
}
