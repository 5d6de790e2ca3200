using EchoService.Downloads;
using EchoService.Downloads.Content;

namespace EchoService.Cli;

/// <summary>The output folder, with the engine's database and partial files in a hidden folder of it.</summary>
internal static class LocalFolder
{
    public const string Hidden = ".echoctl";

    /// <exception cref="CommandException">It cannot be made or written, or another echoctl works there.</exception>
    public static DataFolder Open(string output)
    {
        try
        {
            var hidden = Directory.CreateDirectory(Path.Combine(Directory.CreateDirectory(output).FullName, Hidden));
            if (!OperatingSystem.IsWindows())
            {
                // The database holds the headers of unfinished jobs.
                hidden.UnixFileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
            }

            return new DataFolder(Path.Combine(output, Hidden), output);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"Nothing can be saved in '{output}': {exception.Message}", inner: exception);
        }
        catch (DataFolderException exception)
        {
            var reason = exception.InnerException switch
            {
                DirectoryNotFoundException or UnauthorizedAccessException => "this user may not write there",
                IOException { Message: var message } when message.Contains("another process", StringComparison.Ordinal) => "another echoctl works there now",
                { } other => other.Message,
                null => exception.Message,
            };
            throw new CommandException($"Nothing can be saved in '{output}': {reason}.", inner: exception);
        }
    }
}
