using System.CommandLine;

namespace EchoService.Cli;

/// <summary>The options of commands that drive a service.</summary>
internal sealed class ServerOptions(bool required)
{
    private readonly Option<string?> _server = new("--server") { Description = required ? "The service, e.g. http://localhost:8080 (the default)." : "Has this service do it, e.g. http://localhost:8080.", HelpName = "URL" };
    private readonly Option<string?> _key = new("--key") { Description = "The service's API key; in ECHOCTL_KEY no other user of this machine sees it.", HelpName = "KEY" };

    public void AddTo(Command command)
    {
        command.Options.Add(_server);
        command.Options.Add(_key);
    }

    /// <summary>Null: no service is asked for.</summary>
    public ServerClient? Client(ParseResult parsed)
    {
        if ((parsed.GetValue(_server) ?? (required ? "http://localhost:8080" : null)) is not { } server)
        {
            return null;
        }

        // Whatever else there is in a header breaks it, or begins another one.
        if (parsed.GetValue(_key) is { } key && !key.All(letter => letter is > ' ' and <= '~'))
        {
            throw CommandException.Usage("--key holds printable ASCII characters only, and no spaces.");
        }

        return Uri.TryCreate(FetchCommand.Complete(server), UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps) && url.UserInfo.Length == 0
            ? new ServerClient(url, parsed.GetValue(_key))
            : throw CommandException.Usage($"--server '{server}' is no URL such as http://localhost:8080.");
    }
}
