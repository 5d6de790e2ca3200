using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace EchoService.Tests.Testing;

/// <summary>Bytes of any length that follow from a seed and their offset, so that a body of 2 GB is never held.</summary>
public sealed record SeededBody(ulong Seed, long Length)
{
    private static readonly ConcurrentDictionary<SeededBody, string> Digests = new();

    /// <summary>The SHA-256 in lower case hex.</summary>
    public string Sha256 => Digests.GetOrAdd(this, static body => body.Digest());

    /// <summary>Fills the buffer with the bytes from this offset on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Fill(long offset, Span<byte> buffer)
    {
        var within = (int)(offset % 8);
        if (within > 0)
        {
            var head = buffer[..Math.Min(8 - within, buffer.Length)];
            FillPart(offset / 8, within, head);
            offset += head.Length;
            buffer = buffer[head.Length..];
        }

        var words = MemoryMarshal.Cast<byte, ulong>(buffer);
        var first = Seed + (ulong)(offset / 8);
        for (var at = 0; at < words.Length; at++)
        {
            words[at] = Mix(first + (ulong)at);
        }

        FillPart((offset / 8) + words.Length, 0, buffer[(words.Length * 8)..]);
    }

    public byte[] ToArray()
    {
        var bytes = new byte[Length];
        Fill(0, bytes);
        return bytes;
    }

    private void FillPart(long word, int within, Span<byte> part)
    {
        Span<byte> bytes = stackalloc byte[8];
        MemoryMarshal.Write(bytes, Mix(Seed + (ulong)word));
        bytes.Slice(within, part.Length).CopyTo(part);
    }

    // SplitMix64's mixing function: every word follows from its number alone.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Mix(ulong number)
    {
        var z = (number + 1) * 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    private string Digest()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 16];
        for (long offset = 0; offset < Length; offset += buffer.Length)
        {
            var part = buffer.AsSpan(0, (int)Math.Min(buffer.Length, Length - offset));
            Fill(offset, part);
            hash.AppendData(part);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
