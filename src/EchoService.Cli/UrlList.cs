using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Text;
using EchoService.Downloads.Fetching;
using EchoService.Downloads.Intake;
using EchoService.Downloads.Jobs;

namespace EchoService.Cli;

/// <summary>The list of a download, wherever it comes from. It can be read more than once: first for its digest, then for its items.</summary>
internal sealed class UrlList
{
    private const int MaxLine = 2 * FetchUrl.MaxBytes;
    private readonly Func<Stream> _open;
    private readonly bool _isNdjson;
    private readonly string? _sha256;
    private readonly UrlTemplate? _template;
    private readonly UrlTemplate? _companion;

    private UrlList(Func<Stream> open, bool isNdjson = false, string? sha256 = null, UrlTemplate? template = null, UrlTemplate? companion = null) =>
        (_open, _isNdjson, _sha256, _template, _companion) = (open, isNdjson, sha256, template, companion);

    public string MediaType => _isNdjson ? "application/x-ndjson" : "text/plain";

    /// <param name="sha256">Of the only URL's file.</param>
    public static UrlList Of(IEnumerable<string> urls, string? sha256)
    {
        var bytes = Encoding.UTF8.GetBytes(string.Join('\n', urls.Select(FetchCommand.Complete)));
        return new UrlList(() => new MemoryStream(bytes), sha256: sha256);
    }

    /// <exception cref="CommandException">It cannot be read.</exception>
    public static UrlList OfFile(string path)
    {
        if (!File.Exists(path))
        {
            throw CommandException.Usage($"The list '{path}' is not there.");
        }

        var ndjson = Path.GetExtension(path).ToLowerInvariant() is ".ndjson" or ".jsonl";
        return new UrlList(() => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan), ndjson);
    }

    /// <param name="values">What the template's one placeholder stands for, one after the other.</param>
    public static UrlList OfTemplate(string template, string? companion, IEnumerable<string> values)
    {
        var urls = Parse("--template", template);
        if (urls.Names.Count > 1)
        {
            throw CommandException.Usage($"--template has {urls.Names.Count} placeholders: with --values it may have one, as often as you like.");
        }

        var bytes = Encoding.UTF8.GetBytes(string.Join('\n', values));
        return new UrlList(() => new MemoryStream(bytes), template: urls, companion: companion is null ? null : Parse("--metadata", companion));
    }

    public Stream Open() => _open();

    /// <summary>What tells this list from another.</summary>
    public async Task<string> DigestAsync(JobOptions options, CancellationToken token)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{JobOptionsJson.Write(options)}\n{_isNdjson} {_sha256}\n"));
        await using var stream = _open();
        var buffer = new byte[1 << 16];
        while (await stream.ReadAsync(buffer, token) is > 0 and var read)
        {
            hash.AppendData(buffer, 0, read);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    public async Task ReadAsync(ListReceiver receiver, CancellationToken token)
    {
        await using var stream = _open();
        var reader = PipeReader.Create(stream);
        await (_isNdjson ? NdjsonList.ReadAsync(reader, receiver, token) : LineSplitter.ReadAsync(reader, MaxLine, line => AddAsync(receiver, line), token));
    }

    private ValueTask AddAsync(ListReceiver receiver, ListLine line)
    {
        if (_template is null)
        {
            return receiver.AddAsync(line.Number, line.Text, line.Problem, _sha256 is null ? null : new ItemOptions { Sha256 = _sha256 });
        }

        var values = new Dictionary<string, string>(StringComparer.Ordinal) { [_template.Names[0]] = line.Text };
        return receiver.AddAsync(line.Number, _template.Expand(values), line.Problem, new ItemOptions { Values = values, MetadataUrl = _companion?.Expand(values) });
    }

    private static UrlTemplate Parse(string option, string text) =>
        UrlTemplate.TryParse(text, out var template, out var reason) ? template : throw CommandException.Usage($"{option} '{text}': {reason}");
}
