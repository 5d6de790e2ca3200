using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace EchoService.Cli;

/// <summary>The usual help, and below it examples of the command.</summary>
internal sealed class ExamplesHelp(HelpAction usual) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        usual.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        if (parseResult.CommandResult.Command is ExampleCommand { Examples: { Length: > 0 } examples })
        {
            output.WriteLine("Examples:");
            foreach (var example in examples)
            {
                output.WriteLine("  " + example);
            }

            output.WriteLine();
        }

        output.WriteLine("An option that is not given takes the value of its variable, e.g. --per-host that of ECHOCTL_PER_HOST.");
        return ExitCode.Done;
    }
}

/// <summary>A command with examples in its help.</summary>
internal sealed class ExampleCommand(string name, string description, params string[] examples) : Command(name, description)
{
    public string[] Examples { get; } = examples;
}
