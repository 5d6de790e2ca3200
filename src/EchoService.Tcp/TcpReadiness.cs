using Microsoft.Extensions.Hosting;

namespace EchoService.Tcp;

/// <summary>Whether the TCP half may be sent connections: every channel listens, and the service does not drain.</summary>
public sealed class TcpReadiness
{
    private readonly ChannelTable _channels;
    private readonly IHostApplicationLifetime _lifetime;

    internal TcpReadiness(ChannelTable channels, IHostApplicationLifetime lifetime)
    {
        _channels = channels;
        _lifetime = lifetime;
    }

    /// <summary>Null when ready, else why not, for a person.</summary>
    public string? NotReadyBecause
    {
        get
        {
            if (_lifetime.ApplicationStopping.IsCancellationRequested)
            {
                return "draining";
            }

            return _channels.All.FirstOrDefault(channel => !channel.IsListening) is { } missing ? $"channel {missing.Name} does not listen" : null;
        }
    }
}
