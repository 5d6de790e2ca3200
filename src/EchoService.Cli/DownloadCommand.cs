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

    /// <summary>As the engine takes them.</summary>
    private const int MostConcurrency = 10_000;
    private const int MostAttempts = 100;

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
        Check.OneOf(_onConflict, "rename", "overwrite", "skip", "fail");
        Check.Within(_concurrency, 1, MostConcurrency);
        Check.Within(_perHost, 1, MostConcurrency);
        Check.Within(_attempts, 1, MostAttempts);
        _transfer.AddTo(command);
        _server.AddTo(command);
        command.SetAction((parsed, token) => Output.BreakOffAsync(RunAsync(parsed, token)));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken token)
    {
        using var spool = new Spool();
        if (_server.Client(parsed) is not { } client)
        {
            RefuseWithout(parsed);
            return await new LocalDownload(await ReadAsync(parsed, spool, local: true, token), TimeProvider.System).RunAsync(token);
        }

        RefuseWithServer(parsed);
        return await ServerDownload.RunAsync(client, await ReadAsync(parsed, spool, local: false, token), parsed.GetValue(_watch), token);
    }

    private void RefuseWithout(ParseResult parsed)
    {
        if (parsed.GetValue(_watch))
        {
            throw CommandException.Usage("--watch goes with --server: without one the command waits for the end anyway.");
        }
    }

    /// <summary>What a service would not do is not passed over in silence.</summary>
    private void RefuseWithServer(ParseResult parsed)
    {
        foreach (var (option, reason) in (IEnumerable<(Option, string)>)
        [
            (_output, "the files stay with the service, at /downloads/<id>/archive and /downloads/<id>/items/<n>/content"),
            (_limit, "the service's rate is its operator's (Downloads:MaxBytesPerSecond)"),
            .. _transfer.LocalOnly.Select(option => (option, "how the service connects is its operator's to say")),
        ])
        {
            if (IsGiven(parsed, option))
            {
                throw CommandException.Usage($"{option.Name} does not go with --server: {reason}.");
            }
        }

        if (parsed.GetValue(_verbose) && !parsed.GetValue(_watch))
        {
            throw CommandException.Usage("--verbose goes with --server only beside --watch: without it nobody waits for an URL.");
        }
    }

    /// <param name="local">False: what is not given is left to the service.</param>
    private async Task<DownloadRequest> ReadAsync(ParseResult parsed, Spool spool, bool local, CancellationToken token)
    {
        var list = await ListAsync(parsed, spool, token);
        var sequential = parsed.GetValue(_sequential);
        var concurrency = sequential ? 1 : parsed.GetValue(_concurrency);
        var perHost = IsGiven(parsed, _perHost) ? parsed.GetValue(_perHost) : IsGiven(parsed, _concurrency) || sequential ? concurrency : UsualPerHost;
        var options = new JobOptions
        {
            Concurrency = local || sequential || IsGiven(parsed, _concurrency) ? concurrency : null,
            PerHost = local || IsGiven(parsed, _perHost) ? perHost : null,
            Attempts = local || IsGiven(parsed, _attempts) ? parsed.GetValue(_attempts) : null,
            MaxBytes = Size(parsed, _maxBytes),
            UrlTemplate = parsed.GetValue(_template),
            MetadataUrl = parsed.GetValue(_metadata),
            FileName = parsed.GetValue(_name),
            OnConflict = parsed.GetValue(_onConflict) is { } rule ? Enum.Parse<OnConflict>(rule, ignoreCase: true) : null,
            Headers = local ? _transfer.Headers(parsed) : _transfer.HeadersWithUser(parsed),
        };
        foreach (var (field, problem) in JobOptionsRules.Check(options))
        {
            throw CommandException.Usage($"{OptionOf(field)}: {problem}");
        }

        return new DownloadRequest(
            list, options, _transfer.Settings(parsed), parsed.GetValue(_output)!, concurrency, perHost, Size(parsed, _limit) ?? 0, parsed.GetValue(_verbose), parsed.GetValue(_json));
    }

    private static bool IsGiven(ParseResult parsed, Option option) => parsed.GetResult(option) is { Implicit: false };

    /// <summary>How a field of the engine's is called here.</summary>
    private static string OptionOf(string field) => field switch
    {
        "fileName" => "--name",
        "urlTemplate" => "--template",
        "headers" => "--header",
        _ => field,
    };

    private async Task<UrlList> ListAsync(ParseResult parsed, Spool spool, CancellationToken token)
    {
        var (urls, input, template, values) = (parsed.GetValue(_urls) ?? [], parsed.GetValue(_input), parsed.GetValue(_template), parsed.GetValue(_values));
        var checksum = parsed.GetValue(_checksum);
        if ((urls.Length > 0 ? 1 : 0) + (input is null ? 0 : 1) + (template is null ? 0 : 1) != 1 || template is null != values is null)
        {
            throw CommandException.Usage("Give URLs, or -i FILE, or --template with --values. Try 'echoctl download --help'.");
        }

        if (urls.FirstOrDefault(File.Exists) is { } file)
        {
            throw CommandException.Usage($"'{file}' is a file: a list of URLs goes with -i {file}.");
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
