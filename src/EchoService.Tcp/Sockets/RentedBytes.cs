using System.Buffers;

namespace EchoService.Tcp.Sockets;

/// <summary>What a direction of a connection holds, in an array of the pool; while it holds nothing, it has none.</summary>
internal struct RentedBytes()
{
    public byte[] Array { get; private set; } = [];

    public int Begin { get; set; }

    /// <summary>Behind it is room for more.</summary>
    public int End { get; set; }

    public readonly int Length => End - Begin;

    public readonly ReadOnlySpan<byte> Bytes => Array.AsSpan(Begin, Length);

    /// <summary>Into an array of <paramref name="size"/> at least.</summary>
    public void Move(int size)
    {
        var to = ArrayPool<byte>.Shared.Rent(size);
        var length = Length;
        Bytes.CopyTo(to);
        Release();
        (Array, End) = (to, length);
    }

    /// <summary>Nobody looks at it any more.</summary>
    public void Release()
    {
        if (Array.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(Array);
            Array = [];
        }

        (Begin, End) = (0, 0);
    }
}
