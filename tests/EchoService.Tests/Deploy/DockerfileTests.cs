using System.Text.RegularExpressions;
using EchoService.Tcp;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Deploy;

/// <summary>The Dockerfile fits the service; .ci/run builds and starts the image.</summary>
public sealed partial class DockerfileTests
{
    private static readonly string Dockerfile = File.ReadAllText(Repository.Path("Dockerfile"));

    private static Dictionary<string, string?> Variables { get; } = Variable().Matches(Dockerfile)
        .ToDictionary(match => match.Groups["key"].Value, match => (string?)match.Groups["value"].Value, StringComparer.Ordinal);

    [Fact]
    public void NamesOnlySettingsThatExist()
    {
        Assert.NotEmpty(Variables);
        Settings.AreOurs(Variables.Where(variable => !variable.Key.StartsWith("Logging__", StringComparison.Ordinal)));
    }

    [Fact]
    public void ListensEverywhereOnEveryDefaultChannel()
    {
        Assert.Equal("*", Variables["Http__Address"]);
        Assert.All(new TcpOptions().Channels.Keys, channel => Assert.Equal("*", Variables[$"Tcp__Channels__{channel}__Address"]));
    }

    [Fact]
    public void RunsAsNobodySpecialAndKeepsItsDataOutside()
    {
        Assert.Contains("\nUSER $APP_UID\n", Dockerfile, StringComparison.Ordinal);
        Assert.Contains($"\nVOLUME {Variables["Downloads__DataDirectory"]}\n", Dockerfile, StringComparison.Ordinal);
        Assert.Contains("\nEXPOSE 8888 8080\n", Dockerfile, StringComparison.Ordinal);
    }

    [Fact]
    public void RestoresEveryProjectThatTheServiceIsMadeOf()
    {
        // A project file that is missing in the first layer fails the image's restore.
        var projects = Reference().Matches(File.ReadAllText(Repository.Path("src", "EchoService", "EchoService.csproj"))).Select(match => match.Groups["name"].Value);
        Assert.All(projects.Append("EchoService"), name => Assert.Contains($"COPY src/{name}/{name}.csproj src/{name}/\n", Dockerfile, StringComparison.Ordinal));
    }

    [Fact]
    public async Task ItsHealthCheckTellsALiveServiceFromNone()
    {
        Tool.Require("bash");
        var command = HealthCheck().Match(Dockerfile).Groups["command"].Value.Replace(@"\\", @"\", StringComparison.Ordinal);
        await using var service = await ServiceProcess.StartAsync();
        var port = await service.PortAsync("http");
        Task<ToolResult> CheckAsync() => Tool.RunAsync("env", [$"Http__Port={port}", "bash", "-c", command]);
        Assert.Equal(0, (await CheckAsync()).ExitCode);
        await service.StopAsync();
        Assert.NotEqual(0, (await CheckAsync()).ExitCode);
    }

    [GeneratedRegex(@"\b(?<key>[A-Z]\w*?__\w+)=(?<value>\S*)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 30_000)]
    private static partial Regex Variable();

    [GeneratedRegex(@"ProjectReference Include=""\.\./(?<name>[\w.]+)/", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 30_000)]
    private static partial Regex Reference();

    [GeneratedRegex(@"HEALTHCHECK [^\[]*\[""bash"", ""-c"", \\\n\s*""(?<command>.*)""\]\n", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 30_000)]
    private static partial Regex HealthCheck();
}
