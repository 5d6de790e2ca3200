using System.Net;
using System.Net.Sockets;
using EchoService.Downloads.Fetching;
using EchoService.Sockets;

namespace EchoService.Downloads.Egress;

/// <summary>
/// The connect callback: resolves a name, asks the policy about every address, and connects to one of those that passed (never to the name
/// again, so that an answer that changes between check and use changes nothing).
/// </summary>
/// <remarks>
/// A name with open and blocked addresses is connected to at the open ones only: refusing it would protect nothing more, and would let one bad
/// record of a name take the whole name away. With a null policy (the command-line tool's own fetches) every address is open.
/// </remarks>
internal sealed class EgressConnector(
    AddressPolicy? policy, TimeProvider clock, Dialer dialer, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null)
{
    /// <summary>RFC 8305, section 5: the recommended delay between two connection attempts.</summary>
    private static readonly TimeSpan Stagger = TimeSpan.FromMilliseconds(250);

    /// <summary>A name with hundreds of addresses must not open hundreds of sockets.</summary>
    private const int MostAddresses = 8;

    private readonly Func<string, CancellationToken, Task<IPAddress[]>> _resolve = resolve ?? Dns.GetHostAddressesAsync;

    /// <exception cref="FetchException">No address, none that is open, or none that answered.</exception>
    public async ValueTask<Stream> ConnectAsync(DnsEndPoint host, CancellationToken cancellationToken)
    {
        var addresses = await ResolveAsync(host.Host, cancellationToken);
        var open = Interleave(addresses.Where(address => policy is null || policy.Allows(address, host.Port))).Take(MostAddresses).ToArray();
        if (open.Length == 0)
        {
            throw new FetchException(ConnectFailure.Blocked(host.Port));
        }

        return await RaceAsync(open, host.Port, cancellationToken);
    }

    private async Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(host, out var literal))
        {
            return [literal];
        }

        // RFC 6761, 6.4: names under .invalid never exist, so nobody is asked.
        if (host.TrimEnd('.').EndsWith(".invalid", StringComparison.OrdinalIgnoreCase))
        {
            throw new FetchException(ConnectFailure.NoSuchName);
        }

        try
        {
            var addresses = await _resolve(host, cancellationToken);
            return addresses.Length > 0 ? addresses : throw new FetchException(ConnectFailure.NoSuchName);
        }
        catch (SocketException e)
        {
            throw new FetchException(ConnectFailure.OfResolution(e), e);
        }
    }

    private async Task<Stream> RaceAsync(IPAddress[] addresses, int port, CancellationToken cancellationToken)
    {
        using var losers = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var attempts = new List<Task<Stream>>(addresses.Length);
        SocketException? failure = null;
        try
        {
            for (var next = 0; next < addresses.Length || attempts.Count > 0;)
            {
                if (next < addresses.Length)
                {
                    attempts.Add(dialer.DialAsync(new(addresses[next++], port), losers.Token));
                }

                await FirstEndAsync(attempts, mayStagger: next < addresses.Length, cancellationToken);

                // The HTTP stack knows its connect timeout by its own token.
                cancellationToken.ThrowIfCancellationRequested();
                if (attempts.Find(attempt => attempt.IsCompleted) is { } ended)
                {
                    attempts.Remove(ended);
                    (var connection, failure) = await OutcomeAsync(ended);
                    if (connection is not null)
                    {
                        return connection;
                    }
                }
            }
        }
        finally
        {
            await losers.CancelAsync();
            await Task.WhenAll(attempts.Select(DropAsync));
        }

        throw new FetchException(ConnectFailure.OfConnection(failure), failure);
    }

    /// <summary>Returns when an attempt has ended, or when it is time to start the next one beside it.</summary>
    private async Task FirstEndAsync(List<Task<Stream>> attempts, bool mayStagger, CancellationToken cancellationToken)
    {
        if (!mayStagger)
        {
            await Task.WhenAny(attempts);
            return;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny([.. attempts, Task.Delay(Stagger, clock, stop.Token)]);
        await stop.CancelAsync();
    }

    private static async Task<(Stream?, SocketException?)> OutcomeAsync(Task<Stream> attempt)
    {
        try
        {
            return (await attempt, null);
        }
        catch (SocketException e)
        {
            return (null, e);
        }
    }

    /// <summary>An attempt that lost, or that was cancelled, leaves no connection behind.</summary>
    private static async Task DropAsync(Task<Stream> attempt)
    {
        try
        {
            await (await attempt).DisposeAsync();
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            // It had come to nothing by itself.
        }
    }

    /// <summary>RFC 8305, section 4: the families take turns, the resolver's order kept within each.</summary>
    private static IEnumerable<IPAddress> Interleave(IEnumerable<IPAddress> addresses) => addresses
        .GroupBy(address => address.AddressFamily)
        .SelectMany((family, rank) => family.Select((address, at) => (address, at, rank)))
        .OrderBy(entry => entry.at).ThenBy(entry => entry.rank)
        .Select(entry => entry.address);
}
