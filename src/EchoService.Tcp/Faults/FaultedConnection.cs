using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace EchoService.Tcp.Faults;

/// <summary>A connection that faults have hit: its handler talks to pipes of ours, and a <see cref="FaultLine"/> for each direction that is concerned to the client.</summary>
internal sealed class FaultedConnection(ConnectionContext context, ConnectionFaults faults, TimeProvider time) : IDisposable
{
    private static readonly PipeOptions FromHandler = new(pauseWriterThreshold: 32 << 10, resumeWriterThreshold: 16 << 10, useSynchronizationContext: false);

    /// <summary>A write waits until the handler has looked at it, so that it sees pieces as they were cut.</summary>
    private static readonly PipeOptions ToHandler = new(pauseWriterThreshold: 1, resumeWriterThreshold: 1, useSynchronizationContext: false);

    private readonly TcpConnection? _connection = context.Features.Get<TcpConnection>();
    private readonly FaultClock _clock = new(context, time);
    private readonly IDuplexPipe _transport = context.Transport;
    private readonly List<ITimer> _timers = [];
    private readonly Pipe? _in = faults.Drawn.Any(fault => FaultStages.Concerns(fault.Options, FaultDirection.In)) ? new(ToHandler) : null;
    private readonly Pipe? _out = faults.Drawn.Any(fault => FaultStages.Concerns(fault.Options, FaultDirection.Out)) ? new(FromHandler) : null;

    public async Task RunAsync(ConnectionDelegate next)
    {
        _connection?.Hold(faults, _clock.Cut);
        if (faults.First(FaultType.Refuse) is { } refusal)
        {
            refusal.Fire();
            faults.Reset();
        }
        else
        {
            StartTimers();
            await ServeAsync(next);
        }

        _connection?.Release();
    }

    public void Dispose() => _clock.Dispose();

    private async Task ServeAsync(ConnectionDelegate next)
    {
        var receiving = ReceiveAsync();
        var sending = SendAsync();
        context.Transport = new DuplexPipe(_in?.Reader ?? _transport.Input, _out?.Writer ?? _transport.Output);
        try
        {
            await next(context);
            await EndAsync(sending);
        }
        finally
        {
            context.Transport = _transport;
            _clock.Cut();
            _timers.ForEach(timer => timer.Dispose());
            _in?.Reader.Complete();
            _out?.Writer.Complete();
            await receiving;
            await sending;
        }
    }

    private void StartTimers()
    {
        foreach (var fault in faults.Drawn.Where(fault => fault.Options.AfterMs is not null))
        {
            if (fault.Options.Type == FaultType.LimitTime)
            {
                _timers.Add(_clock.After(fault.Options.AfterMs!.Value, () => Expire(fault)));
            }
            else if (fault.Options.Type == FaultType.Reset)
            {
                _timers.Add(_clock.After(fault.Options.AfterMs!.Value, () => Reset(fault)));
            }
        }
    }

    /// <summary>What is held back is not given any more.</summary>
    private void Expire(DrawnFault fault)
    {
        fault.Fire();
        faults.End();
        _clock.Cut();
    }

    private void Reset(DrawnFault fault)
    {
        fault.Fire();
        faults.Reset();
        _clock.Cut();
    }

    /// <summary>The handler is done: what is held back goes on its way, and the close may have to wait.</summary>
    private async Task EndAsync(Task sending)
    {
        if (_connection is { } connection)
        {
            connection.TryEnd(CloseReason.Finished);
            connection.Enter(ConnectionPhase.Draining);
            if (connection.Reason is { } reason && reason.IsAbrupt() && reason != CloseReason.ClientClosed)
            {
                return;
            }
        }

        _out?.Writer.Complete();
        await sending;
        if (faults.First(FaultType.SlowClose) is { } slow)
        {
            slow.Fire();
            await HoldOpenAsync(slow.Options.DelayMs ?? 0);
        }
    }

    private async Task HoldOpenAsync(double milliseconds)
    {
        try
        {
            await _clock.WaitUntilAsync(_clock.Now + milliseconds);
        }
        catch (OperationCanceledException)
        {
            // Ended by force meanwhile.
        }
    }

    private async Task ReceiveAsync()
    {
        if (_in is null)
        {
            return;
        }

        Exception? failure = null;
        try
        {
            using var line = new FaultLine(_transport.Input, _in.Writer, faults.Drawn, FaultDirection.In, _clock);
            Finish(await line.RunAsync());
        }
        catch (Exception exception)
        {
            failure = exception;
        }

        // The handler is told, as the transport would have told it.
        await _in.Writer.CompleteAsync(failure);
    }

    private async Task SendAsync()
    {
        if (_out is null)
        {
            return;
        }

        Exception? failure = null;
        try
        {
            using var line = new FaultLine(_out.Reader, _transport.Output, faults.Drawn, FaultDirection.Out, _clock) { Writing = _connection is null ? null : _connection.Delivering };
            Finish(await line.RunAsync());
        }
        catch (Exception exception)
        {
            failure = exception;
        }

        // From here on the handler's writes say that nobody takes them.
        await _out.Reader.CompleteAsync(failure);
    }

    private void Finish(LineEnd end)
    {
        if (end == LineEnd.Limit)
        {
            faults.End();
        }
        else if (end == LineEnd.Reset)
        {
            faults.Reset();
        }
    }
}
