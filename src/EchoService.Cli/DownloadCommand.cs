using System.CommandLine;
using EchoService.Downloads.Intake;
using EchoService.Downloads.Jobs;

namespace EchoService.Cli;

/// <summary><c>download</c>: a list of URLs into a folder, by the engine in this process, or by a service's.</summary>
internal sealed class DownloadCommand
{
    /// <summary>As the service has them: Downloads:Concurrency and Downloads:PerHost.</summary>
    private const int UsualConcurrency = 64;
    private const int UsualPerHost = 8;

    private readonly Argument<string[]> _urls = new("URL") { Description = "What to fetch.", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<string?> _input = new("--input", "-i") { Description = "A list of URLs, one a line (.ndjson: an item a line); - is standard input.", HelpName = "FILE" };
    private readonly Option<string> _output = new("--output", "-o") { Description = "The folder for the files.", DefaultValueFactory = _ => ".", HelpName = "DIR" };
    private readonly Option<int> _concurrency = new("--concurrency", "-m") { Description = "Transfers at once.", DefaultValueFactory = _ => UsualConcurrency, HelpName = "N" };
    private readonly Option<int> _perHost = new("--per-host") { Description = "Transfers at once to one host: 8, or what -m says.", HelpName = "N" };
    private readonly Option<bool> _sequential = new("--sequential") { Description = "One after the other, in list order." };
    private readonly Option<string?> _template = new("--template") { Description = "A URL with a placeholder such as {cc}.", HelpName = "URL" };
    private readonly Option<string?> _values = new("--values") { Description = "What the placeholder stands for: a list with commas, or a file.", HelpName = "LIST|FILE" };
    private readonly Option<string?> _name = new("--name") { Description = "File names: {name} {ext} {host} {n} {metadata.<property>} and the placeholder.", HelpName = "TEMPLATE" };
    private readonly Option<string?> _metadata = new("--metadata") { Description = "A JSON document beside each file, for {metadata.…}.", HelpName = "URL" };
    private readonly Option<string?> _onConflict = new("--on-conflict") { Description = "When a name is taken: rename (default), overwrite, skip, fail.", HelpName = "RULE" };
    private readonly Option<int> _attempts = new("--attempts") { Description = "Tries of a URL.", DefaultValueFactory = _ => 5, HelpName = "N" };
    private readonly Option<string?> _maxBytes = new("--max-bytes") { Description = "The largest file that is taken, e.g. 100M.", HelpName = "N" };
    private readonly Option<string?> _limit = new("--limit") { Description = "Bytes a second, all transfers together, e.g. 2M.", HelpName = "RATE" };
    private readonly Option<string?> _checksum = new("--checksum") { Description = "SHA-256 that the only URL's file must have.", HelpName = "HEX" };
    private readonly Option<bool> _verbose = new("--verbose", "-v") { Description = "A line for each URL in place of the bar." };
    private readonly Option<bool> _json = new("--json") { Description = "One JSON document; with -v a line for each URL and one for the job." };
    private readonly Option<bool> _watch = new("--watch") { Description = "With --server: waits for the job's end." };
    private readonly TransferOptions _transfer = new();
    private readonly ServerOptions _server = new(required: false);

    public static Command Create() => new DownloadCommand().Build();

    private ExampleCommand Build()
    {
        var command = new ExampleCommand("download", "Saves what a list of URLs leads to; called again it goes on where it was.",
            "echoctl download https://www.python.org https://docs.python.org/3/library/asyncio -o output",
            "echoctl download -i urls.txt -o output -m 100",
            "echoctl download --template 'http://localhost:8002/flags/{cc}/{cc}.gif' --values cn,in,us -v",
            "echoctl download -i urls.txt --server http://localhost:8080 --watch")
        {
            _urls, _input, _output, _concurrency, _perHost, _sequential, _template, _values, _name, _metadata, _onConflict, _attempts,
            _maxBytes, _limit, _checksum, _verbose, _json, _watch,
        };
        _onConflict.AcceptOnlyFromAmong("rename", "overwrite", "skip", "fail");
        foreach (var option in (Option<int>[])[_concurrency, _perHost, _attempts])
        {
            option.Validators.Add(Check.AtLeast(option, 1));
        }

        _transfer.AddTo(command);
        _server.AddTo(command);
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken token)
    {
        using var spool = new Spool();
        var request = await ReadAsync(parsed, spool, token);
        return _server.Client(parsed) is { } client
            ? await ServerDownload.RunAsync(client, request, parsed.GetValue(_watch), token)
            : await new LocalDownload(request, TimeProvider.System).RunAsync(token);
    }

    private async Task<DownloadRequest> ReadAsync(ParseResult parsed, Spool spool, CancellationToken token)
    {
        var list = await ListAsync(parsed, spool, token);
        var sequential = parsed.GetValue(_sequential);
        var given = parsed.GetResult(_concurrency) is { Implicit: false };
        var concurrency = sequential ? 1 : parsed.GetValue(_concurrency);
        var perHost = parsed.GetResult(_perHost) is { Implicit: false } ? parsed.GetValue(_perHost) : given || sequential ? concurrency : UsualPerHost;
        var options = new JobOptions
        {
            Concurrency = concurrency,
            PerHost = perHost,
            Attempts = parsed.GetValue(_attempts),
            MaxBytes = Size(parsed, _maxBytes),
            UrlTemplate = parsed.GetValue(_template),
            MetadataUrl = parsed.GetValue(_metadata),
            FileName = parsed.GetValue(_name),
            OnConflict = parsed.GetValue(_onConflict) is { } rule ? Enum.Parse<OnConflict>(rule, ignoreCase: true) : null,
            Headers = _transfer.Headers(parsed),
        };
        foreach (var (field, problem) in JobOptionsRules.Check(options))
        {
            throw CommandException.Usage($"{field}: {problem}");
        }

        return new DownloadRequest(
            list, options, _transfer.Settings(parsed), parsed.GetValue(_output)!, concurrency, perHost, Size(parsed, _limit) ?? 0, parsed.GetValue(_verbose), parsed.GetValue(_json));
    }

    private async Task<UrlList> ListAsync(ParseResult parsed, Spool spool, CancellationToken token)
    {
        var (urls, input, template, values) = (parsed.GetValue(_urls) ?? [], parsed.GetValue(_input), parsed.GetValue(_template), parsed.GetValue(_values));
        var checksum = parsed.GetValue(_checksum);
        if ((urls.Length > 0 ? 1 : 0) + (input is null ? 0 : 1) + (template is null ? 0 : 1) != 1 || template is null != values is null)
        {
            throw CommandException.Usage("Give URLs, or -i FILE, or --template with --values. Try 'echoctl download --help'.");
        }

        if (checksum is not null && (urls.Length != 1 || !Checksum.TryParse(checksum, out checksum)))
        {
            throw CommandException.Usage("--checksum takes 64 hexadecimal digits and goes with exactly one URL; in an .ndjson list each item may have its \"sha256\".");
        }

        return template is not null ? UrlList.OfTemplate(template, parsed.GetValue(_metadata), Values(values!))
            : input == "-" ? UrlList.OfFile(await spool.TakeInputAsync(token))
            : input is not null ? UrlList.OfFile(input)
            : UrlList.Of(urls, checksum);
    }

    private static string[] Values(string text) =>
        (File.Exists(text) ? File.ReadAllText(text) : text).Split([',', ' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries);

    private static long? Size(ParseResult parsed, Option<string?> option) =>
        parsed.GetValue(option) is not { } text ? null
        : Sizes.TryParse(text, out var bytes) ? bytes
        : throw CommandException.Usage($"{option.Name} '{text}' is no number of bytes such as 500K or 2M.");
}
