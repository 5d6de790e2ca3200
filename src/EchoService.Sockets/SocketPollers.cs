using System.Globalization;
using System.Runtime.Versioning;

namespace EchoService.Sockets;

/// <summary>The pollers of all sockets of a kind: one for two processors, since whoever works with what they bring wants some too.</summary>
/// <param name="name">Of their threads, at most 13 characters; a number follows.</param>
[SupportedOSPlatform("linux")]
internal sealed class SocketPollers(string name) : IDisposable
{
    private readonly SocketPoller[] _pollers = Start(name, Math.Max(1, Environment.ProcessorCount / 2));
    private uint _last;

    /// <summary>In turns.</summary>
    public SocketPoller Next() => _pollers[Interlocked.Increment(ref _last) % (uint)_pollers.Length];

    public void Dispose() => Array.ForEach(_pollers, poller => poller.Dispose());

    private static SocketPoller[] Start(string name, int count)
    {
        var pollers = new List<SocketPoller>(count);
        try
        {
            while (pollers.Count < count)
            {
                pollers.Add(new(string.Create(CultureInfo.InvariantCulture, $"{name}-{pollers.Count}")));
            }

            return [.. pollers];
        }
        catch
        {
            pollers.ForEach(poller => poller.Dispose());
            throw;
        }
    }
}
