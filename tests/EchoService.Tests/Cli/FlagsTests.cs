using EchoService.Tests.Testing;

namespace EchoService.Tests.Cli;

/// <summary>The flags of deploy/lab, as the seed's programs fetch them.</summary>
public sealed class FlagsTests : IAsyncLifetime
{
    private readonly Echoctl _echoctl = new();
    private readonly ServiceProcess _lab = ServiceProcess.Create(("Lab:Servers:local:Port", "0"), ("Lab:Servers:delay:Port", "0"), ("Lab:Servers:error:Port", "0"));
    private string[] _codes = [];

    public async ValueTask InitializeAsync()
    {
        var sites = Repository.Path("deploy", "lab", "sites");
        File.Copy(Repository.Path("deploy", "lab", "appsettings.json"), Path.Combine(_lab.Folder, "appsettings.json"));
        File.CreateSymbolicLink(Path.Combine(_lab.Folder, "sites"), sites);
        await _lab.StartAsync();
        _codes = [.. Directory.GetDirectories(Path.Combine(sites, "flags")).Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal).Take(100)];
    }

    [Fact]
    public async Task CountsTheDrawnFailuresOfTheFailingSite()
    {
        var result = await FetchAsync("error", "-m", "100");

        Assert.Matches(@"^100 URLs to \., 100 at once\n73 done, 27 failed \(httpStatus 27\)\nTook \d+\.\d\d seconds\n$", result.Output);
        Assert.Equal(1, result.ExitCode);
        Assert.Equal(73, Directory.GetFiles(_echoctl.Folder, "*.gif").Length);
        Assert.Equal(6, result.Errors.TrimEnd().Split('\n').Length);
    }

    [Fact]
    public async Task SavesAllOfTheGoodSiteAlsoUnderTheNamesOfTheirCountries()
    {
        var plain = await FetchAsync("local", "-m", "100");
        var named = await FetchAsync("local", "-m", "100", "-o", "named", "--name", "{metadata.country}-{cc}.gif", "--metadata", $"{await SiteAsync("local")}{{cc}}/metadata.json");

        Assert.Equal(("", 0), (plain.Errors, plain.ExitCode));
        Assert.Contains("\n100 done\n", plain.Output, StringComparison.Ordinal);
        Assert.Equal(_codes.Select(code => code + ".gif"), Directory.GetFiles(_echoctl.Folder, "*.gif").Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(("", 0), (named.Errors, named.ExitCode));
        Assert.True(File.Exists(_echoctl.Path("named", "Sri_Lanka-lk.gif")));
        Assert.Equal(100, Directory.GetFiles(_echoctl.Path("named"), "*-??.gif").Length);
    }

    public async ValueTask DisposeAsync()
    {
        await _lab.DisposeAsync();
        _echoctl.Dispose();
    }

    private async Task<ToolResult> FetchAsync(string site, params string[] further) =>
        await _echoctl.RunAsync(["download", "--template", $"{await SiteAsync(site)}{{cc}}/{{cc}}.gif", "--values", string.Join(',', _codes), .. further]);

    private async Task<string> SiteAsync(string site) => $"http://127.0.0.1:{await _lab.PortAsync($"lab server {site}")}/flags/";
}
