using System.Net;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Options;

namespace EchoService.Tcp;

/// <summary>
/// Counts who is let in. The total holds for every channel; a channel's own number holds beside it. A channel that sets
/// <c>PerAddress</c> or <c>AcceptsPerSecond</c> counts for itself, in place of the common count.
/// </summary>
internal sealed class FrontDoor
{
    private readonly Dictionary<Channel, ChannelGates> _gates;

    public FrontDoor(IOptions<TcpOptions> options, ChannelTable channels, ConnectionClock clock)
    {
        var general = options.Value.Limits;
        var total = new ConnectionQuota(general.MaxConnections ?? 0);
        var addresses = new AddressQuota(general.PerAddress ?? 0);
        var rate = new AcceptRate(general.AcceptsPerSecond ?? 0, clock);
        _gates = channels.All.ToDictionary(channel => channel, channel =>
        {
            var own = channel.Options.Limits;
            return new ChannelGates(
                own.AcceptsPerSecond is { } ownRate ? new(ownRate, clock) : rate,
                [total, new(own.MaxConnections ?? 0)],
                own.PerAddress is { } ownAddresses ? new(ownAddresses) : addresses);
        });
    }

    public ChannelGates Of(Channel channel) => _gates[channel];
}

/// <summary>What a connection of one channel has to pass.</summary>
internal sealed record ChannelGates(AcceptRate Rate, ConnectionQuota[] Quotas, AddressQuota Addresses);

/// <summary>At most <paramref name="most"/> at a time; 0 is no limit.</summary>
internal sealed class ConnectionQuota(int most)
{
    private int _taken;

    public bool TryTake()
    {
        if (Interlocked.Increment(ref _taken) <= most || most == 0)
        {
            return true;
        }

        Release();
        return false;
    }

    public void Release() => Interlocked.Decrement(ref _taken);
}

/// <summary>At most <paramref name="most"/> at a time from one client: a /32, or an IPv6 /64; 0 is no limit.</summary>
internal sealed class AddressQuota(int most)
{
    private readonly Dictionary<ClientNetwork, int> _taken = [];

    public bool TryTake(EndPoint? client)
    {
        if (most == 0 || ClientNetwork.Of(client) is not { } network)
        {
            return true;
        }

        lock (_taken)
        {
            var taken = _taken.GetValueOrDefault(network);
            if (taken >= most)
            {
                return false;
            }

            _taken[network] = taken + 1;
            return true;
        }
    }

    public void Release(EndPoint? client)
    {
        if (most == 0 || ClientNetwork.Of(client) is not { } network)
        {
            return;
        }

        lock (_taken)
        {
            // An address without a connection takes no room.
            if (--CollectionsMarshal.GetValueRefOrNullRef(_taken, network) == 0)
            {
                _taken.Remove(network);
            }
        }
    }
}

/// <summary>At most <paramref name="perSecond"/> a second, and as many at once after a pause (a token bucket); 0 is no limit.</summary>
internal sealed class AcceptRate(int perSecond, ConnectionClock clock)
{
    private readonly Lock _gate = new();
    private double _tokens = perSecond;
    private long _filledMs;

    public bool TryTake()
    {
        if (perSecond == 0)
        {
            return true;
        }

        lock (_gate)
        {
            var now = clock.Now;
            _tokens = Math.Min(perSecond, _tokens + ((now - _filledMs) * perSecond / 1000.0));
            _filledMs = now;
            if (_tokens < 1)
            {
                return false;
            }

            _tokens--;
            return true;
        }
    }
}
