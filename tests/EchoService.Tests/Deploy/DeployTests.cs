using System.Globalization;
using System.Text.RegularExpressions;
using EchoService.Configuration;
using EchoService.Http;
using EchoService.Tcp;
using EchoService.Tests.Testing;
using Microsoft.Extensions.Configuration;

namespace EchoService.Tests.Deploy;

/// <summary>What lies in deploy/ and the Dockerfile fits the service: settings that exist, ports that it listens on.</summary>
public sealed partial class DeployTests
{
    private static readonly string[] Ports =
        [.. new TcpOptions().Channels.Values.Select(channel => channel.Port!.Value).Append(new HttpOptions().Port).Select(port => port.ToString(CultureInfo.InvariantCulture))];

    [Theory]
    [InlineData("Dockerfile", 3)]
    [InlineData("deploy/compose/compose.yaml", 1)]
    public void NamesOnlySettingsThatExist(string file, int atLeast)
    {
        var settings = Settings(file);
        Assert.InRange(settings.Count, atLeast, 100);
        new ConfigurationBuilder().AddInMemoryCollection(settings).Build().CheckConfiguration();
    }

    [Fact]
    public void TheImageListensEverywhereOnEveryDefaultChannel()
    {
        var settings = Settings("Dockerfile");
        Assert.Equal("*", settings["Http:Address"]);
        Assert.All(new TcpOptions().Channels.Keys, channel => Assert.Equal("*", settings[$"Tcp:Channels:{channel}:Address"]));
    }

    [Fact]
    public void TheImageRunsAsNobodySpecialAndKeepsItsDataOutside()
    {
        var dockerfile = Read("Dockerfile");
        Assert.Contains("\nUSER $APP_UID\n", dockerfile, StringComparison.Ordinal);
        Assert.Contains($"\nVOLUME {Settings("Dockerfile")["Downloads:DataDirectory"]}\n", dockerfile, StringComparison.Ordinal);
        Assert.Contains("\nEXPOSE 8888 8080\n", dockerfile, StringComparison.Ordinal);
    }

    [Fact]
    public void ComposePublishesPortsThatTheServiceHas()
    {
        var service = Read("deploy/compose/compose.yaml").Split("  prometheus:\n")[0];
        var published = PublishedPort().Matches(service).Select(match => match.Groups["port"].Value).ToArray();
        Assert.Contains("8888", published);
        Assert.Contains("8080", published);
        Assert.All(published, port => Assert.Contains(port, Ports));
    }

    [Fact]
    public async Task PrometheusAcceptsItsConfigurationAndScrapesThePortOfHttp()
    {
        Tool.Require("promtool");
        var path = Repository.Path("deploy", "prometheus", "prometheus.yml");
        var result = await Tool.RunAsync("promtool", ["check", "config", path]);
        Assert.True(result.ExitCode == 0, result.Output + result.Errors);
        Assert.Contains($"targets: [\"echoservice:{new HttpOptions().Port}\"]", Read("deploy/prometheus/prometheus.yml"), StringComparison.Ordinal);
    }

    private static string Read(string file) => File.ReadAllText(Repository.Path(file.Split('/')));

    /// <summary><c>Http__Address=*</c> in a Dockerfile, <c>Http__Address: "*"</c> in compose.</summary>
    private static Dictionary<string, string?> Settings(string file) => Setting().Matches(Read(file)).ToDictionary(
        match => match.Groups["key"].Value.Replace("__", ":", StringComparison.Ordinal),
        match => (string?)match.Groups["value"].Value,
        StringComparer.Ordinal);

    [GeneratedRegex(@"\b(?<key>[A-Z]\w*?__\w+)(=|: )""?(?<value>[^\s""]*)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Setting();

    [GeneratedRegex(@"- ""[\d.:]*:(?<port>\d+)""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PublishedPort();
}
