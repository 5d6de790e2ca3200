using System.CommandLine;
using System.Text.Json;
using EchoService.Characters;

namespace EchoService.Cli;

/// <summary><c>chars WORDS…</c>: the characters whose names have all these words.</summary>
internal static class CharsCommand
{
    public static Command Create()
    {
        var words = new Argument<string[]>("words") { Description = "Words of the characters' names.", Arity = ArgumentArity.OneOrMore };
        var limit = new Option<int>("--limit") { Description = "Shows at most this many; all, if not given.", HelpName = "N" };
        var json = new Option<bool>("--json") { Description = "One JSON document." };
        var command = new ExampleCommand("chars", "Finds Unicode characters by words of their names.",
            "echoctl chars chess black", "echoctl chars cat face --json", "echoctl chars cjk --limit 10") { words, limit, json };
        Check.Within(limit, 0, int.MaxValue);
        command.SetAction(parsed => Run(string.Join(' ', parsed.GetValue(words)!), parsed.GetResult(limit) is null ? int.MaxValue : parsed.GetValue(limit), parsed.GetValue(json)));
        return command;
    }

    private static int Run(string query, int limit, bool json)
    {
        using var output = new Output();
        var matches = CharacterIndex.Shared.Find(query);
        if (json)
        {
            WriteJson(output, matches, limit);
            return ExitCode.Done;
        }

        foreach (var match in matches.Page(0, limit))
        {
            output.Text.WriteLine(match.ToString());
        }

        output.Text.WriteLine(matches.Status);
        output.Text.Flush();
        return ExitCode.Done;
    }

    /// <summary>As the service's <c>GET /characters</c>.</summary>
    private static void WriteJson(Output output, CharacterMatches matches, int limit)
    {
        using var writer = new Utf8JsonWriter(output.Bytes, JsonText.Options);
        writer.WriteStartObject();
        writer.WriteString("query", matches.Query);
        writer.WriteNumber("total", matches.Total);
        writer.WriteNumber("start", 0);
        writer.WriteStartArray("items");
        foreach (var match in matches.Page(0, limit))
        {
            writer.WriteStartObject();
            writer.WriteNumber("codePoint", match.CodePoint);
            writer.WriteString("code", match.Code);
            writer.WriteString("character", match.Character);
            writer.WriteString("name", match.Name);
            writer.WriteEndObject();
            if (writer.BytesPending > 16 << 10)
            {
                writer.Flush();
            }
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.Flush();
        output.Bytes.Write("\n"u8);
    }
}
