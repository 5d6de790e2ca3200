using System.CommandLine;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using EchoService.Downloads.Fetching;

namespace EchoService.Cli;

/// <summary>The options of everything that fetches by HTTP.</summary>
internal sealed class TransferOptions
{
    private readonly Option<string[]> _headers = new("--header", "-H") { Description = "A request header 'Name: value'; may be given several times.", HelpName = "HEADER" };
    private readonly Option<string?> _user = new("--user", "-u") { Description = "Basic authentication at the URLs' own hosts; kept in no file here.", HelpName = "NAME:PASSWORD" };
    private readonly Option<string?> _proxy = new("--proxy") { Description = "Sends every request through this HTTP proxy.", HelpName = "URL" };
    private readonly Option<string?> _cacert = new("--cacert") { Description = "Trusts the certificates in this PEM file, and no others.", HelpName = "FILE" };
    private readonly Option<bool> _insecure = new("--insecure", "-k") { Description = "Takes any TLS certificate." };
    private readonly Option<bool> _safe = new("--safe") { Description = "Connects to public addresses on ports 80 and 443 only, as the service does." };

    /// <summary>How this process connects: a service does that as its operator says.</summary>
    public IEnumerable<Option> LocalOnly => [_proxy, _cacert, _insecure, _safe];

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_headers, _user, .. LocalOnly])
        {
            command.Options.Add(option);
        }
    }

    public FetcherSettings Settings(ParseResult parsed)
    {
        var proxy = parsed.GetValue(_proxy);
        if (proxy is not null && parsed.GetValue(_safe))
        {
            throw CommandException.Usage("--safe and --proxy exclude each other: behind a proxy no address can be checked.");
        }

        return new FetcherSettings
        {
            EgressGuard = parsed.GetValue(_safe),
            Insecure = parsed.GetValue(_insecure),
            TrustedRoots = parsed.GetValue(_cacert) is { } file ? Roots(file) : null,
            Authorization = Authorization(parsed),
            Proxy = proxy is null ? null : ProxyUrl(proxy),
        };
    }

    /// <summary>Null: none is given.</summary>
    public Dictionary<string, string>? Headers(ParseResult parsed) => Headers(parsed.GetValue(_headers));

    /// <inheritdoc cref="Headers(ParseResult)"/>
    public static Dictionary<string, string>? Headers(string[]? given)
    {
        if (given is not { Length: > 0 })
        {
            return null;
        }

        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var header in given)
        {
            var colon = header.IndexOf(':', StringComparison.Ordinal);
            var (name, value) = colon < 1 ? ("", "") : (header[..colon].Trim(), header[(colon + 1)..].Trim());
            if (FetchHeaders.ReasonAgainst(name, value) is { } reason)
            {
                throw CommandException.Usage($"--header '{header}': {reason}");
            }

            headers[name] = value;
        }

        return headers;
    }

    /// <summary>The headers for a service that fetches: it has no other place for the user's name and password.</summary>
    public Dictionary<string, string>? HeadersWithUser(ParseResult parsed)
    {
        var headers = Headers(parsed);
        if (Authorization(parsed) is { } authorization)
        {
            headers ??= new(StringComparer.OrdinalIgnoreCase);
            headers["Authorization"] = authorization;
        }

        return headers;
    }

    private string? Authorization(ParseResult parsed) => parsed.GetValue(_user) switch
    {
        null => null,
        var user when user.Contains(':', StringComparison.Ordinal) => "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(user)),
        _ => throw CommandException.Usage("--user takes NAME:PASSWORD."),
    };

    private static Uri ProxyUrl(string text) =>
        Uri.TryCreate(text.Contains("://", StringComparison.Ordinal) ? text : "http://" + text, UriKind.Absolute, out var url) && url.Scheme == Uri.UriSchemeHttp
            ? url
            : throw CommandException.Usage($"--proxy '{text}' is no URL such as http://proxy:3128.");

    /// <exception cref="CommandException">It holds none, or cannot be read.</exception>
    public static X509Certificate2Collection Roots(string file)
    {
        try
        {
            var roots = new X509Certificate2Collection();
            roots.ImportFromPemFile(file);
            return roots.Count > 0 ? roots : throw CommandException.Usage($"--cacert '{file}' holds no PEM certificate.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw CommandException.Usage($"--cacert '{file}' cannot be read: {exception.Message}");
        }
    }
}
