namespace EchoService.Cli;

/// <summary>Part of the outer contract.</summary>
internal static class ExitCode
{
    public const int Done = 0;
    public const int SomeFailed = 1;
    public const int BadUsage = 2;

    /// <summary>128 and the number of SIGINT, as shells count it.</summary>
    public const int Interrupted = 130;
}

/// <summary>What ends a command: one line for the person at the keyboard.</summary>
internal sealed class CommandException(string message, int exitCode = ExitCode.SomeFailed, Exception? inner = null) : Exception(message, inner)
{
    public int ExitCode { get; } = exitCode;

    /// <summary>The same may go well a moment later.</summary>
    public bool MayPass { get; init; }

    public static CommandException Usage(string message) => new(message, Cli.ExitCode.BadUsage);
}
