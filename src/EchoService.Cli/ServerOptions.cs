using System.CommandLine;

namespace EchoService.Cli;

/// <summary>The options of commands that drive a service.</summary>
internal sealed class ServerOptions(bool required)
{
    private readonly Option<string?> _server = new("--server") { Description = required ? "The service, e.g. http://localhost:8080 (the default)." : "Has this service do it, e.g. http://localhost:8080.", HelpName = "URL" };
    private readonly Option<string?> _key = new("--api-key") { Description = "The service's API key.", HelpName = "KEY" };

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

        return Uri.TryCreate(FetchCommand.Complete(server), UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps)
            ? new ServerClient(url, parsed.GetValue(_key))
            : throw CommandException.Usage($"--server '{server}' is no URL such as http://localhost:8080.");
    }
}
