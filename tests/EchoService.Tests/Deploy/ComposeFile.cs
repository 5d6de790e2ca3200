using System.Text.RegularExpressions;

namespace EchoService.Tests.Deploy;

/// <summary>A compose file with the variables of its <c>.env</c>.</summary>
internal sealed partial class ComposeFile(string file, params (string Name, string Value)[] variables)
{
    /// <summary>A service's environment as compose would give it.</summary>
    public IReadOnlyDictionary<string, string> Environment(string service) => Yaml.Read(file).Entries("services", service, "environment")
        .ToDictionary(variable => variable.Key, variable => Reference().Replace(variable.Value.Text()!, Value), StringComparer.Ordinal);

    private string Value(Match reference) => variables.Single(variable => variable.Name == reference.Groups["name"].Value).Value;

    /// <summary><c>${NAME:?what to say where it is missing}</c></summary>
    [GeneratedRegex(@"\$\{(?<name>\w+)(:\?[^}]*)?\}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 30_000)]
    private static partial Regex Reference();
}
