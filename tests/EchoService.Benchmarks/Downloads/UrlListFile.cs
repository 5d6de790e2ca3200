namespace EchoService.Benchmarks;

/// <summary>A list of URLs in the forms that the tools read; file n is saved under the name n.</summary>
internal sealed class UrlListFile : IAsyncDisposable
{
    private readonly ScratchFolder _folder = new();

    public UrlListFile(IReadOnlyList<string> urls)
    {
        File.WriteAllLines(Path, urls);
        File.WriteAllLines(CurlConfig, urls.Select((url, n) => $"url = \"{url}\"\noutput = \"{n}\""));
        File.WriteAllLines(AriaInput, urls.Select((url, n) => $"{url}\n  out={n}"));
    }

    /// <summary>A URL a line.</summary>
    public string Path => System.IO.Path.Combine(_folder.Path, "urls.txt");

    public string CurlConfig => System.IO.Path.Combine(_folder.Path, "curl.conf");

    public string AriaInput => System.IO.Path.Combine(_folder.Path, "aria2.txt");

    public ValueTask DisposeAsync() => _folder.DisposeAsync();
}
