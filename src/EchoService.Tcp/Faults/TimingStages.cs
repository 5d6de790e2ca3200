namespace EchoService.Tcp.Faults;

/// <summary>The same delay for every byte, so that the rate stays what it was.</summary>
internal sealed class LatencyStage(DrawnFault fault, IFaultStage next) : IFaultStage
{
    private readonly double _delay = fault.Options.DelayMs ?? 0;
    private readonly double _jitter = fault.Options.JitterMs ?? 0;
    private SplitMix64 _random = fault.Random;
    private double _last;

    public void Pass(Span<byte> bytes, double at)
    {
        fault.Fire();
        next.Pass(bytes, Delayed(at));
    }

    public void End(double at, LineEnd end) => next.End(Delayed(at), end);

    private double Delayed(double at)
    {
        var delay = _jitter == 0 ? _delay : Math.Max(0, _delay + (((2 * _random.NextUnit()) - 1) * _jitter));
        return _last = Math.Max(_last, at + delay);
    }
}

/// <summary>As a line of that rate would: a byte is there when it has been sent to its end.</summary>
internal sealed class BandwidthStage(DrawnFault fault, IFaultStage next) : IFaultStage
{
    private const int PortionsPerSecond = 100;
    private const int MostAtOnce = 16 << 10;

    private readonly long _rate = fault.Options.BytesPerSecond!.Value;
    private readonly int _portion = (int)Math.Clamp(fault.Options.BytesPerSecond!.Value / PortionsPerSecond, 1, MostAtOnce);
    private double _free;

    public void Pass(Span<byte> bytes, double at)
    {
        fault.Fire();
        _free = Math.Max(_free, at);
        while (!bytes.IsEmpty)
        {
            var portion = bytes[..Math.Min(_portion, bytes.Length)];
            _free += portion.Length * 1000.0 / _rate;
            next.Pass(portion, _free);
            bytes = bytes[portion.Length..];
        }
    }

    public void End(double at, LineEnd end) => next.End(Math.Max(_free, at), end);
}

/// <summary>Pieces of one size; the last of what came together may be shorter.</summary>
internal sealed class SlicerStage(DrawnFault fault, IFaultStage next) : IFaultStage
{
    private readonly int _slice = (int)fault.Options.SliceBytes!.Value;
    private readonly double _delay = fault.Options.DelayMs ?? 0;
    private double _last;
    private double _next;

    public void Pass(Span<byte> bytes, double at)
    {
        fault.Fire();
        while (!bytes.IsEmpty)
        {
            var slice = bytes[..Math.Min(_slice, bytes.Length)];
            _last = Math.Max(_next, at);
            _next = _last + _delay;
            next.Pass(slice, _last);
            bytes = bytes[slice.Length..];
        }
    }

    public void End(double at, LineEnd end) => next.End(Math.Max(_last, at), end);
}
