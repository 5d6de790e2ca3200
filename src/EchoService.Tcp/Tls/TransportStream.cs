using System.IO.Pipelines;
using EchoService.Sockets;
using Microsoft.AspNetCore.Connections;

namespace EchoService.Tcp.Tls;

/// <summary>A connection's transport as the stream that TLS runs over.</summary>
internal sealed class TransportStream(IDuplexPipe transport) : AsyncStream
{
    private readonly Stream _input = transport.Input.AsStream(leaveOpen: true);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => _input.ReadAsync(buffer, cancellationToken);

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // The pipe's own stream would go on writing to nobody for ever.
        if ((await transport.Output.WriteAsync(buffer, cancellationToken)).IsCompleted)
        {
            throw new ConnectionResetException("The client takes no more.");
        }
    }
}
