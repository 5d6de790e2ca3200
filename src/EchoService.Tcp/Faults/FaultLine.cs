using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.InteropServices;
using System.Threading.Channels;

namespace EchoService.Tcp.Faults;

/// <summary>
/// One direction of a faulted connection: takes bytes from the source, sends them over the steps, holds them until they are due, and
/// gives them to the sink. What is held is bounded, in bytes and in pieces; then the source is not read any more, and its writer waits.
/// </summary>
internal sealed class FaultLine : IFaultStage, IDisposable
{
    /// <summary>Bytes that take the steps together. Less than <see cref="ResumeBytes"/>, so that what is held without pieces never blocks.</summary>
    private const int ChunkBytes = 16 << 10;

    /// <summary>Held at most: with a delay of 100 ms that makes 2.5 MB/s.</summary>
    private const int HeldBytes = 256 << 10;
    private const int ResumeBytes = 128 << 10;
    private const int HeldPieces = 4096;

    private readonly PipeReader _source;
    private readonly PipeWriter _sink;
    private readonly FaultClock _clock;
    private readonly IFaultStage _first;
    private readonly int _chunkBytes;
    private readonly CancellationTokenSource _over;
    private readonly Pipe _held = new(new PipeOptions(pauseWriterThreshold: HeldBytes, resumeWriterThreshold: ResumeBytes, useSynchronizationContext: false));
    private readonly Channel<Piece> _pieces = System.Threading.Channels.Channel.CreateBounded<Piece>(
        new BoundedChannelOptions(HeldPieces) { SingleReader = true, SingleWriter = true });

    /// <summary>What the chunk in work has become.</summary>
    private readonly List<Piece> _made = [];
    private bool _isEnded;

    public FaultLine(PipeReader source, PipeWriter sink, IReadOnlyList<DrawnFault> faults, FaultDirection direction, FaultClock clock)
    {
        (_source, _sink, _clock) = (source, sink, clock);
        _over = CancellationTokenSource.CreateLinkedTokenSource(clock.IsCut);
        _first = FaultStages.Chain(faults, direction, this);

        // Whole slices, so that none is shorter for having been cut here.
        var slice = faults.FirstOrDefault(fault => fault.Options.Type == FaultType.Slicer && fault.Options.Direction == direction)?.Options.SliceBytes ?? 1;
        _chunkBytes = slice < ChunkBytes ? (int)(ChunkBytes / slice * slice) : ChunkBytes;
    }

    /// <summary>Before and after a write to the sink.</summary>
    public Action? Writing { get; init; }

    /// <returns>How the direction ended, once all before it has been given; None: the sink takes no more, or the connection was cut.</returns>
    /// <exception cref="IOException">Of the source, after what came before it was given.</exception>
    public async Task<LineEnd> RunAsync()
    {
        var taking = TakeAsync();
        try
        {
            return await GiveAsync();
        }
        catch (OperationCanceledException) when (_over.IsCancellationRequested)
        {
            return LineEnd.None;
        }
        finally
        {
            await _over.CancelAsync();
            await taking;
        }
    }

    void IFaultStage.Pass(Span<byte> bytes, double at)
    {
        if (!bytes.IsEmpty && !_isEnded)
        {
            _held.Writer.Write(bytes);
            _made.Add(new(bytes.Length, at, LineEnd.None));
        }
    }

    void IFaultStage.End(double at, LineEnd end)
    {
        if (!_isEnded)
        {
            _isEnded = true;
            _made.Add(new(0, at, end));
        }
    }

    public void Dispose() => _over.Dispose();

    private async Task TakeAsync()
    {
        var chunk = ArrayPool<byte>.Shared.Rent(_chunkBytes);
        Exception? failure = null;
        try
        {
            while (!_isEnded)
            {
                await TakeOnceAsync(chunk);
            }
        }
        catch (Exception exception)
        {
            failure = exception;
        }

        ArrayPool<byte>.Shared.Return(chunk);
        _pieces.Writer.TryComplete(failure);
    }

    private async ValueTask TakeOnceAsync(byte[] chunk)
    {
        var result = await _source.ReadAsync(_over.Token);
        var at = _clock.Now;
        for (var rest = result.Buffer; !rest.IsEmpty && !_isEnded;)
        {
            var part = rest.Slice(0, Math.Min(rest.Length, _chunkBytes));
            part.CopyTo(chunk);
            _first.Pass(chunk.AsSpan(0, (int)part.Length), at);
            rest = rest.Slice(part.End);
            await ScheduleAsync();
        }

        _source.AdvanceTo(result.Buffer.End);
        if (result.IsCompleted && !_isEnded)
        {
            _first.End(at, LineEnd.Source);
            await ScheduleAsync();
        }
    }

    private async ValueTask ScheduleAsync()
    {
        await _held.Writer.FlushAsync(_over.Token);
        foreach (var piece in _made)
        {
            await _pieces.Writer.WriteAsync(piece, _over.Token);
        }

        _made.Clear();
    }

    private async Task<LineEnd> GiveAsync()
    {
        await foreach (var piece in _pieces.Reader.ReadAllAsync(_over.Token))
        {
            await _clock.WaitUntilAsync(piece.At);
            if (piece.End != LineEnd.None)
            {
                return piece.End;
            }

            if (!await GiveAsync(piece.Length))
            {
                break;
            }
        }

        return LineEnd.None;
    }

    private async ValueTask<bool> GiveAsync(int length)
    {
        var held = await _held.Reader.ReadAtLeastAsync(length, _over.Token);
        var bytes = held.Buffer.Slice(0, length);
        foreach (var segment in bytes)
        {
            _sink.Write(segment.Span);
        }

        _held.Reader.AdvanceTo(bytes.End);
        Writing?.Invoke();
        var flushed = await _sink.FlushAsync(_over.Token);
        Writing?.Invoke();
        return !flushed.IsCompleted;
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Piece(int Length, double At, LineEnd End);
}
