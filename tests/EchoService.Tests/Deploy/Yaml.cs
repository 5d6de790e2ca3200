using EchoService.Tests.Testing;
using YamlDotNet.RepresentationModel;

namespace EchoService.Tests.Deploy;

/// <summary>YAML as a tree to look things up in; what is not there is null, and null has nothing below it.</summary>
internal static class Yaml
{
    /// <summary>A file of the working copy, <c>deploy/compose/compose.yaml</c>.</summary>
    public static YamlNode Read(string file) => Parse(File.ReadAllText(Repository.Path(file.Split('/')))).Single();

    /// <exception cref="YamlDotNet.Core.YamlException">It is no YAML, or has a key twice.</exception>
    public static IReadOnlyList<YamlNode> Parse(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return [.. stream.Documents.Select(document => document.RootNode)];
    }

    public static YamlNode? At(this YamlNode? node, params string[] path) => path.Aggregate(node, (found, key) =>
        found is YamlMappingNode mapping && mapping.Children.TryGetValue(key, out var child) ? child : null);

    /// <summary>The text of a value; null where there is none, or more than one.</summary>
    public static string? Text(this YamlNode? node, params string[] path) => (node.At(path) as YamlScalarNode)?.Value;

    public static IReadOnlyList<YamlNode> Items(this YamlNode? node, params string[] path) => node.At(path) is YamlSequenceNode list ? [.. list.Children] : [];

    public static IReadOnlyList<string> Texts(this YamlNode? node, params string[] path) => [.. node.Items(path).Select(item => item.Text()!)];

    public static IReadOnlyDictionary<string, YamlNode> Entries(this YamlNode? node, params string[] path) =>
        (node.At(path) as YamlMappingNode)?.Children.ToDictionary(entry => entry.Key.Text()!, entry => entry.Value, StringComparer.Ordinal) ?? [];
}
