using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Unicode;

namespace EchoService.Downloads.Intake;

/// <summary>
/// <c>{"urls": [ … ], options}</c>, read as it comes: URLs go to the receiver in pieces, the options (in any order, before
/// or after the list) are kept until the end.
/// </summary>
internal sealed class JsonList
{
    /// <summary>The longest single value, and all options together, in bytes.</summary>
    private const int MaxValue = 256 << 10;

    private readonly List<(string Url, string? Problem)> _taken = [];
    private readonly Dictionary<string, JsonElement> _options = new(StringComparer.Ordinal);
    private JsonReaderState _state;
    private Place _place;
    private string _property = "";
    private bool _listSeen;
    private long _optionBytes;
    private long _pendingBytes;

    private enum Place
    {
        Start,
        Root,
        Value,
        List,
        End,
    }

    /// <returns>The options as they were written.</returns>
    /// <exception cref="ListException">The document is not well formed, or not of this shape.</exception>
    public static async Task<IReadOnlyDictionary<string, JsonElement>> ReadAsync(PipeReader reader, ListReceiver receiver, CancellationToken cancellationToken)
    {
        var list = new JsonList();
        var number = 0;
        while (true)
        {
            var result = await reader.ReadAsync(cancellationToken);
            var consumed = result.Buffer.End;
            try
            {
                consumed = list.Take(result.Buffer, result.IsCompleted);
            }
            finally
            {
                // Also when the document is refused: an unfinished read would block the draining of the body.
                reader.AdvanceTo(consumed, result.Buffer.End);
            }

            foreach (var (url, problem) in list._taken)
            {
                await receiver.AddAsync(++number, url, problem);
            }

            if (list._pendingBytes > MaxValue)
            {
                throw Malformed("A single value is longer than 256 KiB.");
            }

            if (result.IsCompleted)
            {
                return list._options;
            }
        }
    }

    private SequencePosition Take(ReadOnlySequence<byte> buffer, bool last)
    {
        _taken.Clear();
        if (_place == Place.Start)
        {
            buffer = WithoutMark(buffer);
        }

        var reader = new Utf8JsonReader(buffer, last, _state);
        var kept = reader;
        try
        {
            while (Step(ref reader))
            {
                kept = reader;
            }
        }
        catch (JsonException exception)
        {
            throw Malformed($"The body is not well-formed JSON (line {exception.LineNumber + 1}, byte {exception.BytePositionInLine}).");
        }
        catch (InvalidOperationException)
        {
            throw Malformed("A property's name is no valid Unicode text.");
        }

        if (last && _place != Place.End)
        {
            throw Malformed("The JSON document ends too early.");
        }

        _state = kept.CurrentState;
        _pendingBytes = buffer.Slice(kept.Position).Length;
        return kept.Position;
    }

    /// <summary>One token, or one whole option; false: more bytes are needed, and nothing was taken.</summary>
    private bool Step(ref Utf8JsonReader reader)
    {
        if (_place == Place.Value && _property != "urls")
        {
            return TakeOption(ref reader);
        }

        if (!reader.Read())
        {
            return false;
        }

        switch (_place)
        {
            case Place.Start:
                _place = reader.TokenType == JsonTokenType.StartObject ? Place.Root : throw Malformed("The body must be a JSON object: {\"urls\": [ … ]}.");
                break;
            case Place.Root when reader.TokenType == JsonTokenType.EndObject:
                _place = Place.End;
                break;
            case Place.Root:
                TakeProperty(reader.GetString()!);
                break;
            case Place.Value:
                _place = reader.TokenType == JsonTokenType.StartArray ? Place.List : throw Malformed("The property 'urls' must be an array of strings.");
                break;
            case Place.List when reader.TokenType == JsonTokenType.EndArray:
                _place = Place.Root;
                break;
            case Place.List:
                return TakeUrl(ref reader);
        }

        return true;
    }

    private void TakeProperty(string name)
    {
        if (_options.ContainsKey(name) || (_listSeen && name == "urls"))
        {
            throw Malformed($"The property '{Short(name)}' is there twice.");
        }

        _listSeen |= name == "urls";
        _property = name;
        _place = Place.Value;
    }

    private bool TakeOption(ref Utf8JsonReader reader)
    {
        var before = reader.BytesConsumed;
        if (!JsonDocument.TryParseValue(ref reader, out var value))
        {
            return false;
        }

        using (value)
        {
            _optionBytes += reader.BytesConsumed - before;
            if (_optionBytes > MaxValue)
            {
                throw Malformed("The options are longer than 256 KiB.");
            }

            if (!Utf8.IsValid(JsonMarshal.GetRawUtf8Value(value.RootElement)))
            {
                throw Malformed($"The property '{Short(_property)}' is no valid UTF-8.");
            }

            _options.Add(_property, value.RootElement.Clone());
        }

        _place = Place.Root;
        return true;
    }

    private bool TakeUrl(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                _taken.Add(Text(ref reader));
                return true;
            case JsonTokenType.StartArray or JsonTokenType.StartObject:
                var whole = reader;
                if (!whole.TrySkip())
                {
                    return false;
                }

                reader = whole;
                _taken.Add(("", "The entry is no string."));
                return true;
            default:
                _taken.Add((System.Text.Encoding.UTF8.GetString(reader.HasValueSequence ? reader.ValueSequence.ToArray() : reader.ValueSpan), "The entry is no string."));
                return true;
        }
    }

    private static (string Url, string? Problem) Text(ref Utf8JsonReader reader)
    {
        try
        {
            return (reader.GetString()!, null);
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair, or bytes that are no UTF-8.
            return ("", "The entry is no valid Unicode text.");
        }
    }

    private static ReadOnlySequence<byte> WithoutMark(ReadOnlySequence<byte> buffer)
    {
        var reader = new SequenceReader<byte>(buffer);
        return reader.IsNext([0xEF, 0xBB, 0xBF]) ? buffer.Slice(3) : buffer;
    }

    private static string Short(string text) => text.Length > 64 ? text[..64] : text;

    private static ListException Malformed(string message) => new("malformedJson", message);
}
