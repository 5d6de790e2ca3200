using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;

namespace EchoService.Cli;

/// <summary>Parses, runs, and turns whatever ends a command into an exit code and at most one line.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(string[] args)
    {
        using var interruption = new Interruption();
        try
        {
            var root = Root();
            var parsed = WithVariables(root, args);
            if (parsed.Errors.Count > 0 && parsed.Action is not HelpAction and not ExamplesHelp)
            {
                var command = parsed.CommandResult.Command is RootCommand ? "echoctl" : $"echoctl {parsed.CommandResult.Command.Name}";
                throw CommandException.Usage($"{parsed.Errors[0].Message} Try '{command} --help'.");
            }

            if (UnknownOption(parsed, args) is { } unknown)
            {
                throw CommandException.Usage($"There is no option '{unknown}'. Try 'echoctl {parsed.CommandResult.Command.Name} --help'.");
            }

            return await parsed.InvokeAsync(
                new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, interruption.Token);
        }
        catch (CommandException exception)
        {
            Say(exception.Message);
            return exception.ExitCode;
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            return ExitCode.Interrupted;
        }
        catch (Exception exception) when (Output.IsClosedPipe(exception))
        {
            return ExitCode.Done;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Say(exception.Message);
            return ExitCode.SomeFailed;
        }
    }

    /// <summary>One line on standard error.</summary>
    public static void Say(string message) => Console.Error.WriteLine("echoctl: " + message.ReplaceLineEndings(" "));

    /// <summary>The parser takes what it does not know for an argument, where there may be one.</summary>
    private static string? UnknownOption(ParseResult parsed, string[] args) => args.Contains("--")
        ? null
        : parsed.CommandResult.Children.OfType<ArgumentResult>()
            .SelectMany(argument => argument.Tokens)
            .Select(token => token.Value)
            .FirstOrDefault(value => value.Length > 1 && value[0] == '-' && !char.IsAsciiDigit(value[1]));

    private static RootCommand Root()
    {
        var root = new RootCommand("Downloads lists of URLs, finds characters, and talks to TCP services.")
        {
            DownloadCommand.Create(),
            FetchCommand.Create(),
            CharsCommand.Create(),
            ConnectCommand.Create(),
            RepeatCommand.Create(),
            BenchCommand.Create(),
            JobsCommand.Create(),
            WatchCommand.Create(),
            CancelCommand.Create(),
        };
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new ExamplesHelp((HelpAction)help.Action!);
        return root;
    }

    /// <summary>An option that is not given takes the value of its variable: <c>--per-host</c> that of <c>ECHOCTL_PER_HOST</c>.</summary>
    private static ParseResult WithVariables(RootCommand root, string[] args)
    {
        var parsed = root.Parse(args);
        var added = parsed.CommandResult.Command.Options
            .Where(option => option is not HelpOption and not VersionOption && parsed.GetResult(option) is null or { Implicit: true })
            .Select(option => (option.Name, Value: Environment.GetEnvironmentVariable(Variable(option))))
            .Where(pair => !string.IsNullOrEmpty(pair.Value))
            .Select(pair => $"{pair.Name}={pair.Value}")
            .ToList();
        return added.Count == 0 ? parsed : root.Parse(Insert(args, added));
    }

    private static string Variable(Option option) => "ECHOCTL_" + option.Name.TrimStart('-').Replace('-', '_').ToUpperInvariant();

    /// <summary>Before a <c>--</c>, after which nothing is an option.</summary>
    private static string[] Insert(string[] args, List<string> added)
    {
        var end = Array.IndexOf(args, "--");
        return end < 0 ? [.. args, .. added] : [.. args[..end], .. added, .. args[end..]];
    }
}
