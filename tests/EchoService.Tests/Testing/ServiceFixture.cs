using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;

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
        };
        foreach (var (key, value) in settings)
        {
            _settings[key] = value;
        }

        UseKestrel();
        StartServer();
    }

    public string DataDirectory { get; }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        foreach (var (key, value) in _settings)
        {
            builder.UseSetting(key, value);
        }
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
