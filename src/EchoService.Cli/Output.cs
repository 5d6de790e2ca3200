using System.Text;

namespace EchoService.Cli;

/// <summary>
/// Standard output as bytes and as text. The console's own stream passes over a closed pipe, so that <c>| head -1</c> would leave
/// us working for nobody: this one throws, and <see cref="IsClosedPipe"/> knows it.
/// </summary>
internal sealed class Output : IDisposable
{
    private const int BrokenPipe = 32; // EPIPE

    public Output()
    {
        Bytes = OperatingSystem.IsWindows()
            ? Console.OpenStandardOutput()
            : new StandardOutput();
        Text = new StreamWriter(Bytes, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), 16 << 10) { AutoFlush = IsTerminal, NewLine = "\n" };
    }

    public static bool IsTerminal => !Console.IsOutputRedirected;

    /// <summary>Flush <see cref="Text"/> before writing here.</summary>
    public Stream Bytes { get; }

    public StreamWriter Text { get; }

    public static bool IsClosedPipe(Exception exception) =>
        exception is IOException && (exception.HResult & 0xFFFF) is var code && (OperatingSystem.IsWindows() ? code is 109 or 232 : code == BrokenPipe);

    /// <summary>Of work whose exit code tells that all of it is done: where nobody reads on it was broken off, and is not.</summary>
    public static async Task<int> BreakOffAsync(Task<int> work)
    {
        try
        {
            return await work;
        }
        catch (Exception exception) when (IsClosedPipe(exception))
        {
            return ExitCode.SomeFailed;
        }
    }

    /// <summary>What others have written, fit for a terminal: no control character of theirs reaches it.</summary>
    public static string Printable(string text) => text.Any(char.IsControl)
        ? string.Concat(text.Select(letter => char.IsControl(letter) ? '\uFFFD' : letter))
        : text;

    public void Dispose()
    {
        try
        {
            Text.Dispose();
        }
        catch (IOException exception) when (IsClosedPipe(exception))
        {
            // Whoever read has seen enough.
        }
    }
}
