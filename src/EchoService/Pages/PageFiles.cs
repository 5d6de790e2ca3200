using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;

namespace EchoService.Pages;

/// <summary>The files of the pages as they lie in the program, by their path below <c>Pages/</c>.</summary>
internal sealed class PageFiles
{
    private const string Prefix = "Pages/";

    private static readonly FrozenDictionary<string, string> s_contentTypes = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        [".css"] = "text/css; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".svg"] = "image/svg+xml",
        [".html"] = "text/html; charset=utf-8",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private readonly FrozenDictionary<string, PageFile> _files;

    private PageFiles(FrozenDictionary<string, PageFile> files)
    {
        _files = files;
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (path, file) in files.OrderBy(file => file.Key, StringComparer.Ordinal))
        {
            digest.AppendData(Encoding.UTF8.GetBytes(path));
            digest.AppendData(file.Content);
        }

        Version = Convert.ToHexStringLower(digest.GetHashAndReset().AsSpan(..6));
    }

    /// <summary>Changes when any file does.</summary>
    public string Version { get; }

    public static PageFiles Load()
    {
        var assembly = typeof(PageFiles).Assembly;
        return new(assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .ToFrozenDictionary(name => name[Prefix.Length..], Read, StringComparer.Ordinal));

        PageFile Read(string name)
        {
            using var stream = assembly.GetManifestResourceStream(name)!;
            var content = new byte[stream.Length];
            stream.ReadExactly(content);
            return new PageFile(content, s_contentTypes[Path.GetExtension(name)]);
        }
    }

    /// <summary>A style sheet, module or picture; null: there is none. The parts of HTML are no documents of their own.</summary>
    public PageFile? Find(string path) => path.EndsWith(".html", StringComparison.Ordinal) ? null : _files.GetValueOrDefault(path);

    /// <summary>The common frame around a feature's <c>page.html</c>, with the feature's style sheets and every module that it may need told in advance.</summary>
    /// <param name="feature">A folder; its entry is the module <c>page.js</c>.</param>
    public PageFile Page(string title, string feature)
    {
        var html = Text("shared/frame.html")
            .Replace("{{links}}", Links(feature), StringComparison.Ordinal)
            .Replace("{{main}}", Text($"{feature}/page.html"), StringComparison.Ordinal)
            .Replace("{{title}}", title, StringComparison.Ordinal)
            .Replace("{{feature}}", feature, StringComparison.Ordinal)
            .Replace($"data-page=\"{feature}\"", "aria-current=\"page\"", StringComparison.Ordinal)
            .Replace("{{files}}", $"/pages/{Version}", StringComparison.Ordinal);
        return new PageFile(Encoding.UTF8.GetBytes(html), s_contentTypes[".html"]);
    }

    private string Text(string path) => Encoding.UTF8.GetString(_files[path].Content);

    /// <summary>Modules are found one import at a time; on a slow line that is a round trip for each step, which the preloads save.</summary>
    private string Links(string feature) => string.Join("\n  ", _files.Keys
        .Where(path => path.StartsWith("shared/", StringComparison.Ordinal) || path.StartsWith($"{feature}/", StringComparison.Ordinal))
        .OrderBy(path => !path.StartsWith("shared/", StringComparison.Ordinal)).ThenBy(path => path, StringComparer.Ordinal)
        .Select(path => Path.GetExtension(path) switch
        {
            ".css" => $"<link rel=\"stylesheet\" href=\"{{{{files}}}}/{path}\">",
            ".js" => $"<link rel=\"modulepreload\" href=\"{{{{files}}}}/{path}\">",
            _ => null,
        })
        .OfType<string>());
}
