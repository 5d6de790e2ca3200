using System.Globalization;
using System.Text;

namespace EchoService.Tcp;

/// <summary>Foreign bytes as Python shows a string: quoted, control characters and bytes that are no UTF-8 escaped, so that no client writes our log.</summary>
internal static class EscapedText
{
    public static string Quote(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length + 2).Append('\'');
        while (!bytes.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(bytes, out var rune, out var consumed) == System.Buffers.OperationStatus.Done)
            {
                Append(text, rune);
            }
            else
            {
                foreach (var octet in bytes[..consumed])
                {
                    text.Append(CultureInfo.InvariantCulture, $"\\x{octet:x2}");
                }
            }

            bytes = bytes[consumed..];
        }

        return text.Append('\'').ToString();
    }

    private static void Append(StringBuilder text, Rune rune)
    {
        switch (rune.Value)
        {
            case '\r':
                text.Append(@"\r");
                break;
            case '\n':
                text.Append(@"\n");
                break;
            case '\t':
                text.Append(@"\t");
                break;
            case '\\' or '\'':
                text.Append('\\').Append(rune);
                break;
            case < 0x100 when Rune.IsControl(rune):
                text.Append(CultureInfo.InvariantCulture, $"\\x{rune.Value:x2}");
                break;
            case not ' ' when Rune.GetUnicodeCategory(rune) is UnicodeCategory.Format or UnicodeCategory.SpaceSeparator
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned:
                text.Append(rune.IsBmp ? $"\\u{rune.Value:x4}" : $"\\U{rune.Value:x8}");
                break;
            default:
                text.Append(rune);
                break;
        }
    }
}
