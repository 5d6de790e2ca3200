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
        var variables = new Variables();
        try
        {
            var parsed = Parse(args, variables);
            return await parsed.InvokeAsync(
                new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, interruption.Token);
        }
        catch (CommandException exception)
        {
            Say(exception.Message + variables.NoteOn(exception.Message));
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
#pragma warning disable CA1031 // Nobody at a keyboard can do anything with a stack trace.
        catch (Exception exception)
        {
            Say($"An error that echoctl does not know: {exception.GetType().Name}: {exception.Message}");
            return ExitCode.SomeFailed;
        }
#pragma warning restore CA1031
    }

    /// <summary>One line on standard error.</summary>
    public static void Say(string message) => Console.Error.WriteLine("echoctl: " + Output.Printable(message.ReplaceLineEndings(" ")));

    /// <summary>What is behind an exception that says no more than that there is something behind it.</summary>
    public static string Reason(Exception exception)
    {
        while (exception.InnerException is { } inner)
        {
            exception = inner;
        }

        return exception.Message;
    }

    /// <exception cref="CommandException">The command line is not valid.</exception>
    private static ParseResult Parse(string[] args, Variables variables)
    {
        var root = Root();
        var parsed = variables.Complete(root, args);
        if (parsed.Action is HelpAction or ExamplesHelp)
        {
            return parsed;
        }

        if (UnknownCommand(parsed, root) is { } word)
        {
            throw CommandException.Usage($"There is no command '{word}'. Commands are {string.Join(", ", root.Subcommands.Select(known => known.Name))}.");
        }

        var command = parsed.CommandResult.Command;
        var help = command is RootCommand ? "echoctl --help" : $"echoctl {string.Join(' ', Path(parsed.CommandResult))} --help";
        if (UnknownOption(parsed, args) is { } unknown)
        {
            throw CommandException.Usage($"There is no option '{unknown}'. Try '{help}'.");
        }

        if (parsed.Errors.Count > 0)
        {
            var missing = command.Subcommands.Count > 0 ? "Give a command." : parsed.Errors[0].Message;
            throw CommandException.Usage($"{missing} Try '{help}'.");
        }

        return parsed;
    }

    private static IEnumerable<string> Path(SymbolResult result) => result.Parent is CommandResult parent
        ? parent.Command is RootCommand ? [((CommandResult)result).Command.Name] : [.. Path(parent), ((CommandResult)result).Command.Name]
        : [];

    /// <summary>The word that stands where a command would.</summary>
    private static string? UnknownCommand(ParseResult parsed, RootCommand root) => parsed.CommandResult.Command == root
        ? parsed.UnmatchedTokens.FirstOrDefault(token => !token.StartsWith('-'))
        : null;

    /// <summary>The parser takes what it does not know for an argument, where there may be one.</summary>
    private static string? UnknownOption(ParseResult parsed, string[] args) => args.Contains("--")
        ? null
        : parsed.CommandResult.Children.OfType<ArgumentResult>()
            .SelectMany(argument => argument.Tokens)
            .Select(token => token.Value)
            .Concat(parsed.UnmatchedTokens)
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
            KeyCommand.Create(),
        };
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new ExamplesHelp((HelpAction)help.Action!);
        return root;
    }
}
