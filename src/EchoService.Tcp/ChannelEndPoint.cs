using System.Net;

namespace EchoService.Tcp;

/// <summary>
/// An address that a channel is to listen on. Being a type of its own, it leads Kestrel to <see cref="ChannelTransport"/>.
/// </summary>
/// <param name="isLast">The channel listens on all of its addresses when this one is bound.</param>
/// <param name="twin">The address before it that has the same channel, and so the same port when a free one is asked for.</param>
internal sealed class ChannelEndPoint(Channel channel, IPAddress address, ChannelEndPoint? twin, bool isLast) : IPEndPoint(address, channel.Options.Port ?? 0)
{
    public Channel Channel { get; } = channel;

    public ChannelEndPoint? Twin { get; } = twin;

    public bool IsLast { get; } = isLast;

    /// <summary>The port that this end point got.</summary>
    public int BoundPort { get; set; }
}
