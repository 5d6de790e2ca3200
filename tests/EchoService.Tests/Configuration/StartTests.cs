using System.Globalization;
using System.Net;
using System.Net.Sockets;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Configuration;

/// <summary>Starts of the built service, as a user sees them: what it prints and how it ends.</summary>
public sealed class StartTests
{
    [Fact]
    public async Task SaysWhereItServesAndStopsInOrder()
    {
        await using var service = await ServiceProcess.StartAsync();
        Assert.Equal("Hello, World", await service.Client.GetStringAsync("/hello/World", TestContext.Current.CancellationToken));
        Assert.Equal(0, await service.StopAsync());
        Assert.Empty(service.Errors.Snapshot());
    }

    [Fact]
    public async Task StopsInOrderOnCtrlC()
    {
        await using var service = await ServiceProcess.StartAsync();
        Assert.Equal(0, await service.InterruptAsync());
    }

    [Theory]
    [InlineData("Http:Port", "70000", "Http:Port must be between 0 and 65535")]
    [InlineData("Http:Port", "abc", "Http:Port is 'abc', but must be a whole number that fits")]
    [InlineData("Http:Port", "0x1F90", "Http:Port is '0x1F90', but must be a whole number that fits")]
    [InlineData("Http:Port", "", "Http:Port is '', but must be a whole number that fits")]
    [InlineData("Http:Prot", "80", "Http:Prot is not a setting: Http has Address, AllowedHosts, Cors, Limits, MaxBodyBytes, MaxListBytes, Port, ")]
    [InlineData("Http:Address", "example", "Http:Address is 'example', but must be localhost, * or an IP address")]
    [InlineData("Http:AllowedHosts", "a", "Http:AllowedHosts is 'a', but takes a list or a section: set Http:AllowedHosts:<key>")]
    [InlineData("Http:Cors:Origins:0", "example.org", "Http:Cors:Origins:0 is 'example.org', but must be * or an origin")]
    [InlineData("Http:Address", "", "Http:Address field is required")]
    [InlineData("Shutdown:Timeout", "-1", "Shutdown:Timeout must be between 0 and 3600")]
    [InlineData("Shutdown:Timeout", "99999999999", "Shutdown:Timeout must be between 0 and 3600")]
    [InlineData("Downloads:LeaseSeconds", "99999999999", "Downloads:LeaseSeconds must be between 1 and 3600")]
    [InlineData("Tcp:Chanels:echo:Port", "7", "Tcp:Chanels is not a setting: Tcp has Channels, Limits, Timeouts")]
    [InlineData("Tcp:Channels:echo:Cloze", "7", "Tcp:Channels:echo:Cloze is not a setting: Tcp:Channels:echo has Address, Close, Enabled, ")]
    [InlineData("Http", "8081", "Http is '8081', but takes a section with Address, ")]
    [InlineData("Kestrel:Endpoints:other:Url", "http://*:80", "Kestrel is not a section of this service: set Http:Address, Http:Port and Http:Tls")]
    [InlineData("AllowedHosts", "echo.example", "AllowedHosts is not a setting of this service: set Http:AllowedHosts:0")]
    [InlineData("Auth:Nothing", "1", "Auth:Nothing is not a setting: Auth has ApiKeys, ProtectMetrics, SessionMinutes")]
    [InlineData("Serilog:MinimumLevel:Default", "Loud", "Serilog cannot be set up: The value Loud is not a valid Serilog level.")]
    public async Task BadConfigurationIsOneLineThatNamesTheKeyAndCode2(string key, string value, string expected)
    {
        await using var service = ServiceProcess.Create((key, value));
        service.Launch();
        Assert.Equal(2, await service.ExitAsync());
        Assert.StartsWith(expected, Assert.Single(service.Errors.Snapshot()), StringComparison.Ordinal);
        Assert.Empty(service.Output.Snapshot());
    }

    [Fact]
    public async Task MalformedAppsettingsIsOneLineThatNamesTheFileAndCode2()
    {
        await using var service = ServiceProcess.Create();
        await File.WriteAllTextAsync(Path.Combine(service.Folder, "appsettings.json"), "{\n  \"Http\": oops\n}", TestContext.Current.CancellationToken);
        service.Launch();
        Assert.Equal(2, await service.ExitAsync());
        var line = Assert.Single(service.Errors.Snapshot());
        Assert.Contains(Path.Combine(service.Folder, "appsettings.json"), line, StringComparison.Ordinal);
        Assert.EndsWith("Mend its JSON at line 2, byte 11.", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]", "Top-level JSON element must be an object.")]
    [InlineData("""{ "Http": { "Port": 0, "port": 1 } }""", "A duplicate key 'Http:port' was found.")]
    public async Task AnAppsettingsThatIsJsonOfAWrongShapeIsOneLineAndCode2(string json, string expected)
    {
        await using var service = ServiceProcess.Create();
        await File.WriteAllTextAsync(Path.Combine(service.Folder, "appsettings.json"), json, TestContext.Current.CancellationToken);
        service.Launch();
        Assert.Equal(2, await service.ExitAsync());
        Assert.Contains(expected, Assert.Single(service.Errors.Snapshot()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("'start' is not understood", "start")]
    [InlineData("'--Http:Port' is not understood", "--Http:Address=localhost", "--Http:Port")]
    [InlineData("'-p=80' is not understood", "-p=80")]
    public async Task AnArgumentThatIsNoSettingIsOneLineAndCode2(string expected, params string[] arguments)
    {
        await using var service = ServiceProcess.CreateBare();
        service.Launch(arguments);
        Assert.Equal(2, await service.ExitAsync());
        Assert.StartsWith(expected, Assert.Single(service.Errors.Snapshot()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task APortInUseIsOneLineThatNamesItAndCode3()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
        await using var service = ServiceProcess.Create(("Http:Port", port));
        service.Launch();
        Assert.Equal(3, await service.ExitAsync());
        Assert.Equal(
            $"HTTP cannot listen on 127.0.0.1:{port}: another program uses port {port}; stop it, or set Http:Port",
            Assert.Single(service.Errors.Snapshot()));
    }

    [Fact]
    public async Task LocalhostIsBothLoopbacksOnOnePort()
    {
        await using var service = await ServiceProcess.StartAsync();
        var port = await service.PortAsync("http");
        await service.Output.WaitForAsync($"Serving http on [::1]:{port}", TestContext.Current.CancellationToken);
        Assert.Equal("Hello, Anonymous", await service.Client.GetStringAsync($"http://[::1]:{port}/hello", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task TakesAppsettingsOfTheCurrentFolderThenEnvironmentThenCommandLine()
    {
        await using var service = ServiceProcess.Create(("Http:Cors:Origins:2", "line"));
        await File.WriteAllTextAsync(
            Path.Combine(service.Folder, "appsettings.json"),
            """{ "Http": { "Cors": { "Origins": [ "file", "file", "file" ] } } }""",
            TestContext.Current.CancellationToken);

        service.Launch();
        await service.ExitAsync();
        Assert.StartsWith("Http:Cors:Origins:0 is 'file'", Assert.Single(service.Errors.Snapshot()), StringComparison.Ordinal);

        await File.WriteAllTextAsync(
            Path.Combine(service.Folder, "appsettings.Staging.json"),
            """{ "Http": { "Cors": { "Origins": [ "staging" ] } } }""",
            TestContext.Current.CancellationToken);
        service.Environment["ASPNETCORE_ENVIRONMENT"] = "Production";
        service.Environment["DOTNET_ENVIRONMENT"] = "Staging"; // which counts for more, as everywhere in ASP.NET Core
        service.Launch();
        await service.ExitAsync();
        Assert.StartsWith("Http:Cors:Origins:0 is 'staging'", Assert.Single(service.Errors.Snapshot()), StringComparison.Ordinal);

        service.Environment["Http__Cors__Origins__0"] = "environment";
        service.Launch();
        await service.ExitAsync();
        Assert.StartsWith("Http:Cors:Origins:0 is 'environment'", Assert.Single(service.Errors.Snapshot()), StringComparison.Ordinal);

        service.Launch("--Http:Cors:Origins:0=argument");
        await service.ExitAsync();
        Assert.StartsWith("Http:Cors:Origins:0 is 'argument'", Assert.Single(service.Errors.Snapshot()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task HostingUrlsOfBaseImagesChangeNothingAndWarnOfNothing()
    {
        await using var service = ServiceProcess.Create(("urls", "http://127.0.0.1:4"));
        service.Environment["URLS"] = "http://127.0.0.1:5";
        service.Environment["HTTP_PORTS"] = "6";
        service.Environment["ASPNETCORE_HTTP_PORTS"] = "1";
        service.Environment["ASPNETCORE_HTTPS_PORTS"] = "2";
        service.Environment["ASPNETCORE_URLS"] = "http://+:3";
        service.Environment["ASPNETCORE_PREFERHOSTINGURLS"] = "true";
        await service.StartAsync();
        Assert.All(service.Output.Snapshot().Where(line => !SlowHeartbeat.IsToldBy(line)), line => Assert.Contains(" INF Serving ", line, StringComparison.Ordinal));
        Assert.Equal("Hello, Anonymous", await service.Client.GetStringAsync("/hello", TestContext.Current.CancellationToken));
        Assert.Equal(0, await service.StopAsync());
    }

    [Theory]
    [InlineData("--version", "EchoService 0.1.0")]
    [InlineData("--help", "Usage: EchoService")]
    public async Task AnswersWithoutStarting(string argument, string expected)
    {
        await using var service = ServiceProcess.CreateBare();
        service.Launch(argument);
        Assert.Equal(0, await service.ExitAsync());
        Assert.Contains(expected, service.Output.ToString(), StringComparison.Ordinal);
    }
}
