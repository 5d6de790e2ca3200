namespace EchoService.Tcp.Faults;

/// <summary>Swallows bytes, not the end: a client that has gone is not kept.</summary>
internal sealed class BlackholeStage(DrawnFault fault, IFaultStage next) : IFaultStage
{
    private readonly double _from = fault.Options.AfterMs ?? 0;
    private long _left = fault.Options.Bytes ?? 0;

    public void Pass(Span<byte> bytes, double at)
    {
        var through = at < _from ? bytes.Length : (int)Math.Min(_left, bytes.Length);
        _left -= Math.Min(_left, through);
        if (through > 0)
        {
            next.Pass(bytes[..through], at);
        }

        if (through < bytes.Length)
        {
            fault.Fire();
        }
    }

    public void End(double at, LineEnd end) => next.End(at, end);
}

/// <summary>Lets exactly so many bytes through, and ends the connection right behind the last of them.</summary>
internal sealed class LimitStage(DrawnFault fault, IFaultStage next, LineEnd how) : IFaultStage
{
    private long _left = fault.Options.Bytes ?? 0;
    private bool _isOver;

    public void Pass(Span<byte> bytes, double at)
    {
        if (_isOver)
        {
            return;
        }

        var through = (int)Math.Min(_left, bytes.Length);
        _left -= through;
        if (through > 0)
        {
            next.Pass(bytes[..through], at);
        }

        if (_left == 0)
        {
            _isOver = true;
            fault.Fire();
            next.End(at, how);
        }
    }

    public void End(double at, LineEnd end)
    {
        if (!_isOver)
        {
            next.End(at, end);
        }
    }
}

/// <summary>
/// Flips one bit in each run of so many bytes. Where and which depends on the seed and the run's number alone: every connection that is
/// hit suffers the same.
/// </summary>
internal sealed class CorruptStage(DrawnFault fault, IFaultStage next) : IFaultStage
{
    private readonly long _run = fault.Options.Bytes ?? 1;
    private readonly long _seed = fault.Options.Seed;
    private long _passed;

    public void Pass(Span<byte> bytes, double at)
    {
        var end = _passed + bytes.Length;
        for (var run = _passed / _run; run * _run < end; run++)
        {
            var draw = SplitMix64.At(_seed, run);
            var place = (run * _run) + (long)((draw >> 3) % (ulong)_run);
            if (place >= _passed && place < end)
            {
                fault.Fire();
                bytes[(int)(place - _passed)] ^= (byte)(1 << (int)(draw & 7));
            }
        }

        _passed = end;
        next.Pass(bytes, at);
    }

    public void End(double at, LineEnd end) => next.End(at, end);
}
