using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace EchoService.Tcp;

/// <summary>Hands every address of every channel to Kestrel, with the channel's pipeline behind it.</summary>
internal sealed class ChannelListeners(ChannelTable channels, ChannelPipeline pipeline) : IConfigureOptions<KestrelServerOptions>
{
    public void Configure(KestrelServerOptions options)
    {
        foreach (var channel in channels.All)
        {
            ChannelEndPoint? twin = null;
            var addresses = ListenAddress.Here(channel.Options.Address);
            foreach (var address in addresses)
            {
                twin = new ChannelEndPoint(channel, address, twin, isLast: ReferenceEquals(address, addresses[^1]));
                options.Listen(twin, listen => pipeline.Build(listen, channel));
            }
        }
    }
}
