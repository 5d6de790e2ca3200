using System.IO.Pipelines;
using System.Net.Security;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace EchoService.Tcp.Tls;

/// <summary>
/// TLS for a channel. Kestrel's own HTTPS middleware would offer HTTP by ALPN, tell nobody why a handshake failed, and end without
/// a close_notify. The handshake deadline is not kept here: it aborts the connection.
/// </summary>
internal sealed class TlsMiddleware(ConnectionDelegate next, ChannelCertificates certificates, ILogger logger)
{
    /// <summary>All is flushed at the end: what is still there by then is for nobody.</summary>
    private static readonly Exception Ended = new ConnectionAbortedException();

    public async Task OnConnectionAsync(ConnectionContext context)
    {
        var connection = TcpConnection.Of(context);
        var transport = context.Transport;
        if (await IsGoneAsync(transport.Input))
        {
            connection.TryEnd(CloseReason.ClientClosed);
            return;
        }

        await using var stream = new SslStream(new TransportStream(transport), leaveInnerStreamOpen: true);
        if (!await HandshakeAsync(connection, stream))
        {
            return;
        }

        var secured = new TlsTransport(
            PipeReader.Create(stream, new(leaveOpen: true)), PipeWriter.Create(stream, new(leaveOpen: true)));
        context.Transport = secured;
        Exception? failure = null;
        try
        {
            await next(context);
            await EndAsync(connection, stream, secured.Output);
        }
        catch (Exception exception)
        {
            failure = exception;
            throw;
        }
        finally
        {
            // Completed, so that their buffers go back to the pool; with a failure nothing more is written.
            context.Transport = transport;
            await secured.Input.CompleteAsync();
            await secured.Output.CompleteAsync(failure ?? Ended);
        }
    }

    /// <summary>A probe that connects and leaves has not failed at TLS.</summary>
    private static async ValueTask<bool> IsGoneAsync(PipeReader input)
    {
        var result = await input.ReadAsync();
        input.AdvanceTo(result.Buffer.Start);
        return result.IsCompleted && result.Buffer.IsEmpty;
    }

    private async ValueTask<bool> HandshakeAsync(TcpConnection connection, SslStream stream)
    {
        try
        {
            await stream.AuthenticateAsServerAsync((_, hello, _, _) => new(certificates.For(hello.ServerName)), null);
        }
        catch (Exception exception) when (TlsFailure.OfHandshake(exception))
        {
            if (connection.TryEnd(CloseReason.TlsFailed))
            {
                logger.HandshakeFailed(connection.Client, connection.Channel.Name, (exception.InnerException ?? exception).Message);
            }

            return false;
        }

        var facts = TlsFacts.Of(stream);
        connection.Context.Features.Set(facts);
        logger.HandshakeDone(facts.Version, connection.Client, connection.Channel.Name, facts.ServerName, facts.ApplicationProtocol);
        return true;
    }

    /// <summary>What the handler left, then close_notify: so the client knows that nothing was cut off (RFC 8446, 6.1).</summary>
    private static async Task EndAsync(TcpConnection connection, SslStream stream, PipeWriter output)
    {
        if (connection.Reason is { } reason && (reason.IsAbrupt() && reason != CloseReason.ClientClosed))
        {
            return;
        }

        // Counted as a write, so that a client that reads nothing is given up by the same deadline.
        connection.Writing(0);
        try
        {
            await output.FlushAsync();
            await stream.ShutdownAsync();
        }
        catch (Exception exception) when (exception is IOException or InvalidOperationException or OperationCanceledException)
        {
            // The client is gone, or was given up: nobody is left to tell.
        }

        connection.Written();
    }

    private sealed record TlsTransport(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
