using System.Net;
using EchoService.Tcp.Proxy;

namespace EchoService.Tcp.Faults;

/// <summary>The faults of a channel, or of a lab server: the list in force, and how often each type has fired.</summary>
internal sealed class ChannelFaults(string name, IEnumerable<FaultOptions> configured)
{
    private readonly long[] _fired = new long[Enum.GetValues<FaultType>().Length];
    private volatile FaultList _list = new([.. configured]);

    public string Name { get; } = name;

    public IReadOnlyList<FaultOptions> Options => _list.Options;

    /// <summary>For connections accepted from now on; their count begins anew. The faults have been through <see cref="FaultRules"/>.</summary>
    public void Set(IReadOnlyList<FaultOptions> faults) => _list = new(faults);

    /// <summary>To be called in the order of accept. Null: there are no faults.</summary>
    public FaultTicket? Accept()
    {
        var list = _list;
        return list.Options.Count == 0 ? null : new(list, list.NextNumber());
    }

    public void Count(FaultType type) => Interlocked.Increment(ref _fired[(int)type]);

    public long Fired(FaultType type) => Interlocked.Read(ref _fired[(int)type]);
}

/// <summary>A list as it was set once; it never changes.</summary>
internal sealed class FaultList(IReadOnlyList<FaultOptions> options)
{
    private readonly TrustedNetworks[] _clients = [.. options.Select(fault => new TrustedNetworks(fault.Clients))];
    private long _last;

    public IReadOnlyList<FaultOptions> Options { get; } = options;

    public long NextNumber() => Interlocked.Increment(ref _last);

    /// <summary>Whether fault <paramref name="n"/> hits the connection with this number.</summary>
    public bool Hits(int n, long number, EndPoint? client)
    {
        var fault = Options[n];
        return (fault.Clients.Count == 0 || _clients[n].Contains(client)) && SplitMix64.UnitAt(fault.Seed, number) < fault.Probability;
    }
}

/// <summary>A connection's number, counted from 1 since its list was set: a feature of the connection from accept on.</summary>
internal sealed record FaultTicket(FaultList List, long Number)
{
    /// <summary>The faults that hit the connection, in the list's order. HTTP faults are drawn elsewhere, for each request.</summary>
    public FaultOptions[] Draw(EndPoint? client) =>
        [.. List.Options.Where((fault, n) => !FaultRules.IsHttp(fault.Type!.Value) && List.Hits(n, Number, client))];
}
