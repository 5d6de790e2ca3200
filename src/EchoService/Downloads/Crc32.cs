using System.Buffers.Binary;

namespace EchoService.Downloads;

/// <summary>CRC-32 as zip has it (ISO 3309, reflected polynomial 0xEDB88320), eight bytes a step. The framework's is in a package that cannot be restored.</summary>
internal static class Crc32
{
    public const uint Start = uint.MaxValue;
    private static readonly uint[][] s_tables = Tables();

    public static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        var tables = s_tables;
        while (bytes.Length >= 8)
        {
            var low = BinaryPrimitives.ReadUInt32LittleEndian(bytes) ^ crc;
            var high = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
            crc = tables[7][low & 0xFF] ^ tables[6][(low >> 8) & 0xFF] ^ tables[5][(low >> 16) & 0xFF] ^ tables[4][low >> 24]
                ^ tables[3][high & 0xFF] ^ tables[2][(high >> 8) & 0xFF] ^ tables[1][(high >> 16) & 0xFF] ^ tables[0][high >> 24];
            bytes = bytes[8..];
        }

        foreach (var value in bytes)
        {
            crc = tables[0][(crc ^ value) & 0xFF] ^ (crc >> 8);
        }

        return crc;
    }

    public static uint End(uint crc) => ~crc;

    private static uint[][] Tables()
    {
        var tables = new uint[8][];
        for (var t = 0; t < tables.Length; t++)
        {
            tables[t] = new uint[256];
            for (var i = 0u; i < 256; i++)
            {
                tables[t][i] = t == 0 ? Byte(i) : (tables[t - 1][i] >> 8) ^ tables[0][tables[t - 1][i] & 0xFF];
            }
        }

        return tables;
    }

    private static uint Byte(uint value)
    {
        for (var bit = 0; bit < 8; bit++)
        {
            value = (value & 1) != 0 ? (value >> 1) ^ 0xEDB88320 : value >> 1;
        }

        return value;
    }
}
