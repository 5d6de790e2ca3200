using System.Globalization;
using System.Text;

namespace EchoService.Cli;

/// <summary>One conversation with a peer.</summary>
internal sealed class ConnectSession(Peer peer, Output output, TimeProvider time, string lineEnd, bool quiet)
{
    private readonly RoundTrips _trips = new(time);

    /// <summary>Sends the lines of standard input until it ends or the peer closes; at its end the peer may still say what it has to say.</summary>
    public async Task<int> TalkAsync(CancellationToken token)
    {
        if (!quiet)
        {
            await Console.Error.WriteLineAsync($"Connected to {peer.Name}." + (Console.IsInputRedirected ? "" : " Ctrl+D ends it."));
        }

        var showing = ShowAsync(int.MaxValue, token);
        var sending = SendInputAsync(token);
        try
        {
            await Task.WhenAny(showing, sending);
            if (!showing.IsCompleted)
            {
                await sending;
                await showing;
            }

            await showing;
            await SayClosedAsync();
            return ExitCode.Done;
        }
        finally
        {
            await SummariseAsync();
        }
    }

    /// <summary>Sends lines of its own at an interval, as ping does.</summary>
    public async Task<int> ProbeAsync(int count, TimeSpan interval, TimeSpan timeout, CancellationToken token)
    {
        var showing = ShowAsync(count, token);
        try
        {
            for (var number = 1; number <= count && !showing.IsCompleted; number++)
            {
                await SendAsync(string.Create(CultureInfo.InvariantCulture, $"echoctl {number}"), token);
                await Task.WhenAny(showing, Task.Delay(number < count ? interval : timeout, time, token));
                token.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            await SummariseAsync();
        }

        return _trips.Answered == count ? ExitCode.Done : ExitCode.SomeFailed;
    }

    private async Task SendInputAsync(CancellationToken token)
    {
        // Console.In reads with the thread that asks: it must not be ours.
        using var input = new StreamReader(Console.OpenStandardInput(), Encoding.UTF8);
        while (await Task.Run(() => input.ReadLineAsync(token).AsTask(), token) is { } line)
        {
            await SendAsync(line, token);
        }

        await peer.FinishAsync(token);
    }

    private async Task SendAsync(string line, CancellationToken token)
    {
        _trips.Sent();
        try
        {
            await peer.Stream.WriteAsync(Encoding.UTF8.GetBytes(line + lineEnd), token);
            await peer.Stream.FlushAsync(token);
        }
        catch (IOException)
        {
            // The reading side tells why.
        }
    }

    /// <summary>Shows what comes, as it comes, until that many lines are answered and shown or the peer closes.</summary>
    private async Task ShowAsync(int answers, CancellationToken token)
    {
        var buffer = new byte[16 << 10];
        try
        {
            while (_trips.Answered < answers && await peer.Stream.ReadAsync(buffer, token) is > 0 and var read)
            {
                await output.Bytes.WriteAsync(buffer.AsMemory(0, read), token);
                await NoteLinesAsync(buffer.AsMemory(0, read));
            }
        }
        catch (IOException exception) when (!Output.IsClosedPipe(exception))
        {
            throw new CommandException($"{peer.Name}: {exception.Message}", inner: exception);
        }
    }

    private async Task NoteLinesAsync(ReadOnlyMemory<byte> bytes)
    {
        for (var lines = bytes.Span.Count((byte)'\n'); lines > 0; lines--)
        {
            if (_trips.Received() is { } took && !quiet)
            {
                await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"  time={took:0.000} ms"));
            }
        }
    }

    private async Task SayClosedAsync()
    {
        if (!quiet)
        {
            await Console.Error.WriteLineAsync("Connection closed by foreign host.");
        }
    }

    private async Task SummariseAsync()
    {
        foreach (var line in quiet ? [] : _trips.Summary(peer.Name))
        {
            await Console.Error.WriteLineAsync(line);
        }
    }
}
