namespace EchoService.Tcp;

/// <summary>One channel's totals since the start. Connections count their own bytes and hand them in when somebody looks, and at their end.</summary>
internal sealed class ChannelCounters
{
    private readonly long[] _closed = new long[CloseReasons.Count];
    private long _opened;
    private long _ended;
    private long _bytesIn;
    private long _bytesOut;

    public long Opened => Interlocked.Read(ref _opened);

    public long Active => Opened - Interlocked.Read(ref _ended);

    public long BytesIn => Interlocked.Read(ref _bytesIn);

    public long BytesOut => Interlocked.Read(ref _bytesOut);

    public long Closed(CloseReason reason) => Interlocked.Read(ref _closed[(int)reason]);

    public void Open() => Interlocked.Increment(ref _opened);

    public void Close(CloseReason reason)
    {
        Interlocked.Increment(ref _closed[(int)reason]);
        Interlocked.Increment(ref _ended);
    }

    public void Add(long bytesIn, long bytesOut)
    {
        Interlocked.Add(ref _bytesIn, bytesIn);
        Interlocked.Add(ref _bytesOut, bytesOut);
    }
}
