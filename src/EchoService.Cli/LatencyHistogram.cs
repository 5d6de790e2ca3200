using System.Numerics;

namespace EchoService.Cli;

/// <summary>Counts durations in buckets of 1/64 of their power of two: any percentile to 1.6 %, in 30 KB, whatever the number.</summary>
internal sealed class LatencyHistogram
{
    private const int Steps = 64;
    private readonly long[] _counts = new long[Steps * 58];

    public long Count { get; private set; }

    /// <summary>In microseconds.</summary>
    public long Max { get; private set; }

    public void Add(long microseconds)
    {
        _counts[Bucket(microseconds)]++;
        Count++;
        Max = Math.Max(Max, microseconds);
    }

    public void Add(LatencyHistogram other)
    {
        for (var i = 0; i < _counts.Length; i++)
        {
            _counts[i] += other._counts[i];
        }

        Count += other.Count;
        Max = Math.Max(Max, other.Max);
    }

    /// <summary>Microseconds under which that share of all lies: the upper end of its bucket.</summary>
    public long Percentile(double share)
    {
        var rank = (long)Math.Ceiling(share * Count);
        var seen = 0L;
        for (var i = 0; i < _counts.Length; i++)
        {
            seen += _counts[i];
            if (seen >= rank && seen > 0)
            {
                return Math.Min(Upper(i), Max);
            }
        }

        return Max;
    }

    private static int Bucket(long value)
    {
        if (value < Steps)
        {
            return (int)Math.Max(value, 0);
        }

        var shift = BitOperations.Log2((ulong)value) - 6;
        return (shift + 1) * Steps + (int)(value >> shift) - Steps;
    }

    private static long Upper(int bucket)
    {
        var shift = bucket / Steps - 1;
        return shift < 0 ? bucket : ((long)(bucket % Steps + Steps + 1) << shift) - 1;
    }
}
