using System.Globalization;
using System.Text.RegularExpressions;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Deploy;

/// <summary>deploy/compose/haproxy.cfg, as it is, or with addresses of a test in the place of those of the compose network.</summary>
internal sealed partial class HaproxyConfiguration
{
    private readonly string _text = File.ReadAllText(Repository.Path("deploy", "compose", "haproxy.cfg"));

    /// <summary>Where it listens: <c>:8888</c>.</summary>
    public IReadOnlyList<string> Binds => [.. BindLine().Matches(_text).Select(match => match.Groups["address"].Value)];

    public IReadOnlyList<(string Backend, string Target, int CheckPort)> Servers =>
    [
        .. _text.Split("\nbackend ").Skip(1).SelectMany(section => ServerLine().Matches(section).Select(match =>
        {
            var target = match.Groups["target"].Value;
            var check = match.Groups["check"] is { Success: true } port ? port.Value : target.Split(':')[1];
            return (section.Split('\n')[0].Trim(), target, int.Parse(check, CultureInfo.InvariantCulture));
        })),
    ];

    /// <param name="binds">Ports for what is bound to 8888, 8080 and 8405.</param>
    /// <param name="nodes">The ports of node1, node2 and node3.</param>
    public string On(IReadOnlyDictionary<string, int> binds, IReadOnlyList<(int Echo, int Http)> nodes)
    {
        // The compose file's container may open more files than a test run.
        var small = _text.Replace("maxconn 20000", "maxconn 200", StringComparison.Ordinal);
        var bound = BindLine().Replace(small, match => $"bind 127.0.0.1:{binds[match.Groups["address"].Value]}");
        return ServerLine().Replace(bound, match =>
        {
            var (echo, http) = nodes[match.Groups["number"].Value[0] - '1'];
            return match.Value
                .Replace(match.Groups["target"].Value, $"127.0.0.1:{(match.Groups["port"].Value == "8888" ? echo : http)}", StringComparison.Ordinal)
                .Replace("port 8080", $"port {http}", StringComparison.Ordinal);
        });
    }

    [GeneratedRegex(@"bind (?<address>\S+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 30_000)]
    private static partial Regex BindLine();

    [GeneratedRegex(@"server \S+ (?<target>node(?<number>\d):(?<port>\d+))[^\n]* check( port (?<check>\d+))?", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 30_000)]
    private static partial Regex ServerLine();
}
