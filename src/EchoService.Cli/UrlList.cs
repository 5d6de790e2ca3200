using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using EchoService.Downloads.Fetching;
using EchoService.Downloads.Intake;
using EchoService.Downloads.Jobs;

namespace EchoService.Cli;

/// <summary>The list of a download, wherever it comes from. It can be read more than once: first for its digest, then for its items.</summary>
internal sealed class UrlList
{
    private const int MaxLine = 2 * FetchUrl.MaxBytes;
    private readonly Func<Stream> _open;
    private readonly UrlTemplate? _template;
    private readonly UrlTemplate? _companion;

    private UrlList(Func<Stream> open, bool isNdjson = false, UrlTemplate? template = null, UrlTemplate? companion = null) =>
        (_open, IsNdjson, _template, _companion) = (open, isNdjson, template, companion);

    /// <summary>An item a line, not an URL.</summary>
    public bool IsNdjson { get; }

    public string MediaType => IsNdjson ? "application/x-ndjson" : "text/plain";

    /// <param name="sha256">Of the only URL's file.</param>
    public static UrlList Of(IEnumerable<string> urls, string? sha256)
    {
        var lines = urls.Select(FetchCommand.Complete);
        if (sha256 is not null)
        {
            lines = lines.Select(url => JsonSerializer.Serialize(new NdjsonItem { Url = url, Sha256 = sha256 }, NdjsonJson.Default.NdjsonItem));
        }

        var bytes = Encoding.UTF8.GetBytes(string.Join('\n', lines));
        return new UrlList(() => new MemoryStream(bytes), isNdjson: sha256 is not null);
    }

    /// <exception cref="CommandException">It cannot be read.</exception>
    public static UrlList OfFile(string path)
    {
        if (!File.Exists(path))
        {
            throw CommandException.Usage($"The list '{path}' is not there.");
        }

        var ndjson = Path.GetExtension(path).ToLowerInvariant() is ".ndjson" or ".jsonl";
        using (Open(path))
        {
            // Better now than in the middle of things.
        }

        return new UrlList(() => Open(path), ndjson);
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
        hash.AppendData(Encoding.UTF8.GetBytes($"{JobOptionsJson.Write(options)}\n{IsNdjson}\n"));
        await using var stream = _open();
        var buffer = new byte[1 << 16];
        while (await stream.ReadAsync(buffer, token) is > 0 and var read)
        {
            hash.AppendData(buffer, 0, read);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>The lines that are neither blank nor a comment, as the service would take them.</summary>
    public async IAsyncEnumerable<string> LinesAsync([EnumeratorCancellation] CancellationToken token = default)
    {
        using var reader = new StreamReader(_open(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        while (await reader.ReadLineAsync(token) is { } line)
        {
            if (line.Trim() is { Length: > 0 } text && text[0] != '#')
            {
                yield return text;
            }
        }
    }

    public async Task ReadAsync(ListReceiver receiver, CancellationToken token)
    {
        await using var stream = _open();
        var reader = PipeReader.Create(stream);
        await (IsNdjson ? NdjsonList.ReadAsync(reader, receiver, token) : LineSplitter.ReadAsync(reader, MaxLine, line => AddAsync(receiver, line), token));
    }

    private ValueTask AddAsync(ListReceiver receiver, ListLine line)
    {
        if (_template is null)
        {
            return receiver.AddAsync(line.Number, line.Text, line.Problem);
        }

        var values = new Dictionary<string, string>(StringComparer.Ordinal) { [_template.Names[0]] = line.Text };
        return receiver.AddAsync(line.Number, _template.Expand(values), line.Problem, new ItemOptions { Values = values, MetadataUrl = _companion?.Expand(values) });
    }

    private static UrlTemplate Parse(string option, string text) =>
        UrlTemplate.TryParse(text, out var template, out var reason) ? template : throw CommandException.Usage($"{option} '{text}': {reason}");

    private static FileStream Open(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw CommandException.Usage($"The list '{path}' cannot be read: {exception.Message}");
        }
    }
}
