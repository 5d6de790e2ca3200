using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using EchoService.Characters;

namespace EchoService.Tcp.Kinds;

/// <summary>The answer to one query, written piece by piece: a hundred thousand lines need no more memory than one piece.</summary>
internal sealed class CharacterAnswer
{
    /// <summary>Bytes to write before a flush, as in <see cref="EchoReplies"/>.</summary>
    private const int MostAtOnce = 32 << 10;

    private readonly CharacterMatches _matches;
    private MatchWalk _walk;

    public CharacterAnswer(string query)
    {
        _matches = CharacterIndex.Shared.Find(query);
        _walk = _matches.Walk();
    }

    public int Count => _matches.Total;

    /// <summary>The status line, the last one, is written too.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>Writes the next piece; returns its bytes.</summary>
    public int Write(PipeWriter output)
    {
        var written = 0;
        while (written < MostAtOnce)
        {
            if (!_walk.MoveNext())
            {
                IsWhole = true;
                return written + (int)Encoding.UTF8.GetBytes($"{_matches.Status}\r\n", output);
            }

            var line = output.GetSpan(NamedCharacter.MaxLineBytes + 2);
            var length = _walk.Current.WriteLine(line);
            "\r\n"u8.CopyTo(line[length..]);
            output.Advance(length + 2);
            written += length + 2;
        }

        return written;
    }
}
