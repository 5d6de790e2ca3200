using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;

namespace EchoService.Cli;

/// <summary>An option that is not given takes the value of its variable: <c>--per-host</c> that of <c>ECHOCTL_PER_HOST</c>.</summary>
internal sealed class Variables
{
    private readonly List<Option> _taken = [];

    public ParseResult Complete(RootCommand root, string[] args)
    {
        var parsed = root.Parse(args);
        var added = new List<string>();
        foreach (var option in parsed.CommandResult.Command.Options.Where(option => option is not HelpOption and not VersionOption))
        {
            if (parsed.GetResult(option) is null or { Implicit: true } && Environment.GetEnvironmentVariable(Name(option)) is { Length: > 0 } value)
            {
                _taken.Add(option);
                added.Add($"{option.Name}={(option.ValueType == typeof(bool) ? Switch(value) : value)}");
            }
        }

        return added.Count == 0 ? parsed : root.Parse(Insert(args, added));
    }

    /// <summary>Says where an option comes from that the message speaks of and that nobody has typed.</summary>
    public string NoteOn(string message) => _taken.Find(option => message.Contains(option.Name, StringComparison.Ordinal)) is { } option
        ? $" ({Name(option)} is set.)"
        : "";

    private static string Name(Option option) => "ECHOCTL_" + option.Name.TrimStart('-').Replace('-', '_').ToUpperInvariant();

    private static string Switch(string value) => value.ToLowerInvariant() switch
    {
        "1" or "yes" or "on" => "true",
        "0" or "no" or "off" => "false",
        _ => value,
    };

    /// <summary>Before a <c>--</c>, after which nothing is an option.</summary>
    private static string[] Insert(string[] args, List<string> added)
    {
        var end = Array.IndexOf(args, "--");
        return end < 0 ? [.. args, .. added] : [.. args[..end], .. added, .. args[end..]];
    }
}
