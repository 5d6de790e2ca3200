using EchoService.Tcp;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EchoService.Tests.Testing;

/// <summary>The whole service on real Kestrel ports (port 0), with a data folder of its own that goes with it.</summary>
public sealed class ServiceFixture : WebApplicationFactory<Program>
{
    private readonly Dictionary<string, string?> _settings;

    public ServiceFixture(params (string Key, string? Value)[] settings)
    {
        DataDirectory = Directory.CreateTempSubdirectory("echoservice-").FullName;
        _settings = new(StringComparer.OrdinalIgnoreCase)
        {
            ["Http:Port"] = "0",
            ["Downloads:DataDirectory"] = DataDirectory,
            ["Serilog:MinimumLevel"] = "Fatal", // tests read Logs, not the console
        };
        foreach (var (key, value) in FreeChannelPorts.Concat(settings))
        {
            _settings[key] = value;
        }

        UseKestrel();
        StartServer();
    }

    /// <summary>A free port for each channel that is there by default.</summary>
    public static IReadOnlyList<(string Key, string? Value)> FreeChannelPorts { get; } =
        [.. new TcpOptions().Channels.Keys.Select(name => ($"Tcp:Channels:{name}:Port", (string?)"0"))];

    public string DataDirectory { get; }

    /// <summary>Everything that the service has logged, at every level, as it reads on a terminal.</summary>
    public LogCapture Logs { get; } = new();

    /// <summary>Changes a setting while the service runs, by a source above all others; who listens has been told when this returns.</summary>
    public void Change(string key, string value) =>
        ((IConfigurationBuilder)Services.GetRequiredService<IConfiguration>()).AddInMemoryCollection([new(key, value)]);

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        foreach (var (key, value) in _settings)
        {
            builder.UseSetting(key, value);
        }

        builder.ConfigureLogging(logging => logging.AddProvider(Logs));
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing && Directory.Exists(DataDirectory))
        {
            Directory.Delete(DataDirectory, recursive: true);
        }
    }
}
