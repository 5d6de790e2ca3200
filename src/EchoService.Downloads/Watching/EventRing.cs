namespace EchoService.Downloads.Watching;

/// <summary>The last events of a job, each written once for all who watch. Bounded by their number and their bytes: the oldest go.</summary>
internal sealed class EventRing
{
    private const int MaxEvents = 512;
    private const int MaxBytes = 4 << 20;

    private readonly Queue<byte[]> _events = new();
    private int _bytes;

    /// <summary>Number of the last event.</summary>
    public long Last { get; private set; }

    private long First => Last - _events.Count + 1;

    public void Add(byte[] text)
    {
        _events.Enqueue(text);
        _bytes += text.Length;
        Last++;
        while (_events.Count > MaxEvents || _bytes > MaxBytes)
        {
            _bytes -= _events.Dequeue().Length;
        }
    }

    /// <summary>The events after that number; null: some of them are gone, or it is none of ours.</summary>
    public IReadOnlyList<byte[]>? After(long number) =>
        number > Last || number < First - 1 ? null : [.. _events.Skip((int)(number - First + 1))];
}
