using System.Buffers;
using System.IO.Pipelines;

namespace EchoService.Tcp.Proxy;

/// <summary>Reads until the bytes are a header, or surely none. Bytes that are none stay unread.</summary>
internal sealed class ProxyHeaderReading(TcpConnection connection, TimeProvider time)
{
    /// <summary>
    /// How long an optional header may keep a client waiting that expects the server to speak, or whose bytes so far could be data
    /// as well as the first of a signature (an Enter in telnet is CR LF, as is version 2's begin).
    /// </summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(0.5);

    private readonly ChannelOptions _options = connection.Channel.Options;
    private readonly PipeReader _input = connection.Context.Transport.Input;

    private bool IsOptional => _options.ProxyProtocol == ProxyProtocol.Optional;

    /// <summary>With TLS the client speaks first on every channel. Closing at accept, or at a time, is a word of the server's too.</summary>
    private bool ClientSpeaksFirst => _options.Tls is not null
        || (!ChannelKinds.SpeaksFirst(_options.Kind) && _options.Close.After is not (CloseAfter.Accept or CloseAfter.Time));

    public async ValueTask<ProxyReading> ReadAsync()
    {
        // Where neither a header nor TLS has to come there is no handshake to be late with: the first byte has its own deadline.
        if (IsOptional && _options.Tls is null && ClientSpeaksFirst)
        {
            connection.Enter(ConnectionPhase.Serving);
        }

        var patience = IsOptional && !ClientSpeaksFirst ? Patience : Timeout.InfiniteTimeSpan;
        var seen = false;
        while (true)
        {
            if (await ReadWithinAsync(patience) is not { } result)
            {
                return seen ? ReadAgain() : new(IsData: true);
            }

            var status = ProxyHeaderParser.TryParse(result.Buffer, out var header, out var consumed, out var error);
            var undecided = !ProxyHeaderParser.HasSignature(result.Buffer);
            if (status == ProxyHeaderStatus.NeedsMore && !result.IsCompleted && !result.IsCanceled)
            {
                patience = IsOptional && undecided ? Patience : Timeout.InfiniteTimeSpan;
                seen = true;
                connection.Enter(ConnectionPhase.Handshake);
                _input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
                continue;
            }

            _input.AdvanceTo(consumed);
            return Judge(status, header, error, undecided, result);
        }
    }

    private ProxyReading Judge(ProxyHeaderStatus status, ProxyHeader? header, ProxyHeaderError error, bool undecided, ReadResult result) => status switch
    {
        _ when result.IsCanceled => default,
        ProxyHeaderStatus.Parsed => new(header),
        ProxyHeaderStatus.Invalid => new(IsData: IsOptional && error == ProxyHeaderError.NoHeader, Error: error),
        _ when IsOptional && undecided => new(IsData: true),
        _ when undecided && result.IsCompleted && result.Buffer.IsEmpty => default,
        _ => new(Error: ProxyHeaderError.Truncated),
    };

    /// <summary>Null when nothing more has come in time.</summary>
    private async ValueTask<ReadResult?> ReadWithinAsync(TimeSpan patience)
    {
        if (patience == Timeout.InfiniteTimeSpan)
        {
            return await _input.ReadAsync();
        }

        using var timeout = new CancellationTokenSource(patience, time);
        try
        {
            return await _input.ReadAsync(timeout.Token);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !connection.HasEnded)
        {
            return null;
        }
    }

    /// <summary>The pipe gives examined bytes out again only when more come, which may be never: the handler gets them through a reader that knows.</summary>
    private ProxyReading ReadAgain()
    {
        var transport = connection.Context.Transport;
        connection.Context.Transport = new RereadTransport(new RereadingReader(transport.Input), transport.Output);
        return new(IsData: true);
    }

    private sealed record RereadTransport(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}

/// <summary>A header, or data, or what is wrong; none of them: the client is gone.</summary>
internal readonly record struct ProxyReading(ProxyHeader? Header = null, bool IsData = false, ProxyHeaderError Error = ProxyHeaderError.None);
