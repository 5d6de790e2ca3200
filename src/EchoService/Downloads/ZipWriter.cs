using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace EchoService.Downloads;

/// <summary>
/// Writes a zip onto a stream that cannot seek, in constant memory: files are stored, sizes go into the local header (so that a
/// reader of the stream can follow), the checksum after the bytes, and the directory waits in a temporary file. Zip64 throughout where a
/// number needs it. The framework's own writer keeps every entry in memory. Source: PKWARE APPNOTE 6.3.10.
/// </summary>
internal sealed class ZipWriter(Stream output, string temporaryFolder) : IAsyncDisposable
{
    private const uint Full = uint.MaxValue;

    // Bit 3: the checksum follows the bytes; bit 11: names are UTF-8.
    private const ushort Flags = 0x0808;
    private const ushort Version = 45;

    private readonly FileStream _directory = new(
        Path.Combine(temporaryFolder, $"archive.{Guid.NewGuid():N}"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.DeleteOnClose);

    private long _offset;
    private long _entries;

    /// <exception cref="IOException">The file became shorter meanwhile.</exception>
    public async Task AddAsync(string name, DateTimeOffset time, Stream file, CancellationToken cancellationToken)
    {
        var start = _offset;
        var size = file.Length;
        var large = size >= Full;
        var nameBytes = Encoding.UTF8.GetBytes(name);
        var head = new Fields().Int(0x04034b50).Short(Version);
        Common(head, time, crc: 0, size, large, nameBytes, extra: large ? 20 : 0).Bytes(nameBytes);
        await WriteAsync((large ? head.Short(1).Short(16).Long(size).Long(size) : head).Written, cancellationToken);

        var crc = await CopyAsync(file, size, cancellationToken);
        var descriptor = new Fields().Int(0x08074b50).Int(crc);
        await WriteAsync((large ? descriptor.Long(size).Long(size) : descriptor.Int((uint)size).Int((uint)size)).Written, cancellationToken);

        await _directory.WriteAsync(DirectoryEntry(nameBytes, time, crc, size, start), cancellationToken);
        _entries++;
    }

    /// <summary>Writes the directory; without it the archive is not whole.</summary>
    public async Task FinishAsync(CancellationToken cancellationToken)
    {
        var start = _offset;
        var length = _directory.Length;
        _directory.Position = 0;
        await _directory.CopyToAsync(output, cancellationToken);
        _offset += length;
        var end = new Fields();
        if (_entries >= ushort.MaxValue || start >= Full || length >= Full)
        {
            end.Int(0x06064b50).Long(44).Short(Version).Short(Version).Int(0).Int(0).Long(_entries).Long(_entries).Long(length).Long(start)
                .Int(0x07064b50).Int(0).Long(_offset).Int(1);
        }

        var entries = (ushort)Math.Min(_entries, ushort.MaxValue);
        end.Int(0x06054b50).Short(0).Short(0).Short(entries).Short(entries)
            .Int((uint)Math.Min(length, Full)).Int((uint)Math.Min(start, Full)).Short(0);
        await WriteAsync(end.Written, cancellationToken);
    }

    public ValueTask DisposeAsync() => _directory.DisposeAsync();

    private static ReadOnlyMemory<byte> DirectoryEntry(byte[] name, DateTimeOffset time, uint crc, long size, long start)
    {
        var (large, far) = (size >= Full, start >= Full);
        var extra = (large ? 16 : 0) + (far ? 8 : 0);
        var entry = new Fields().Int(0x02014b50).Short(Version).Short(Version);
        Common(entry, time, crc, size, large, name, extra > 0 ? extra + 4 : 0).Short(0).Short(0).Short(0).Int(0).Int(far ? Full : (uint)start).Bytes(name);
        if (extra > 0)
        {
            entry.Short(1).Short((ushort)extra);
        }

        if (large)
        {
            entry.Long(size).Long(size);
        }

        return (far ? entry.Long(start) : entry).Written;
    }

    private static Fields Common(Fields fields, DateTimeOffset time, uint crc, long size, bool large, byte[] name, int extra)
    {
        var utc = time.UtcDateTime.Year < 1980 ? new DateTime(1980, 1, 1, 0, 0, 0, DateTimeKind.Utc) : time.UtcDateTime;
        var shown = large ? Full : (uint)size;
        return fields.Short(Flags).Short(0)
            .Short((ushort)((utc.Hour << 11) | (utc.Minute << 5) | (utc.Second / 2)))
            .Short((ushort)(((utc.Year - 1980) << 9) | (utc.Month << 5) | utc.Day))
            .Int(crc).Int(shown).Int(shown).Short((ushort)name.Length).Short((ushort)extra);
    }

    private async Task<uint> CopyAsync(Stream file, long size, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(1 << 17);
        try
        {
            var crc = Crc32.Start;
            for (var left = size; left > 0;)
            {
                var read = await file.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, left)), cancellationToken);
                if (read == 0)
                {
                    throw new EndOfStreamException("A file became shorter while it was read.");
                }

                crc = Crc32.Append(crc, buffer.AsSpan(0, read));
                await WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                left -= read;
            }

            return Crc32.End(crc);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await output.WriteAsync(bytes, cancellationToken);
        _offset += bytes.Length;
    }

    /// <summary>Little-endian fields, one after the other.</summary>
    private sealed class Fields
    {
        private readonly ArrayBufferWriter<byte> _bytes = new(128);

        public ReadOnlyMemory<byte> Written => _bytes.WrittenMemory;

        public Fields Short(ushort value)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(_bytes.GetSpan(2), value);
            _bytes.Advance(2);
            return this;
        }

        public Fields Int(uint value)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(_bytes.GetSpan(4), value);
            _bytes.Advance(4);
            return this;
        }

        public Fields Long(long value)
        {
            BinaryPrimitives.WriteInt64LittleEndian(_bytes.GetSpan(8), value);
            _bytes.Advance(8);
            return this;
        }

        public Fields Bytes(ReadOnlySpan<byte> value)
        {
            _bytes.Write(value);
            return this;
        }
    }
}
