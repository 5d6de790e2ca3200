using System.Globalization;
using System.Runtime.Versioning;

namespace EchoService.Tcp.Sockets;

/// <summary>The pollers of all channels: one for two processors, since clients, handlers that work and downloads want some too.</summary>
[SupportedOSPlatform("linux")]
internal sealed class SocketPollers : IDisposable
{
    private readonly SocketPoller[] _pollers =
        [.. Enumerable.Range(0, Math.Max(1, Environment.ProcessorCount / 2)).Select(n => new SocketPoller(string.Create(CultureInfo.InvariantCulture, $"sockets-{n}")))];

    private uint _last;

    /// <summary>In turns.</summary>
    public SocketPoller Next() => _pollers[Interlocked.Increment(ref _last) % (uint)_pollers.Length];

    public void Dispose() => Array.ForEach(_pollers, poller => poller.Dispose());
}
