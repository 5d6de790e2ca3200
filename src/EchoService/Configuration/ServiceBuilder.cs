using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.FileProviders;

namespace EchoService.Configuration;

/// <summary>
/// A builder with what the service uses and nothing else. The framework's own would bring a console log, filters of hosts and of forwarded headers,
/// and watchers of files, all of which have a counterpart here: a megabyte and a way around our settings.
/// </summary>
internal static class ServiceBuilder
{
    private const string Settings = "appsettings.json";

    /// <exception cref="ConfigurationException">A setting is the framework's, where we have one of our own.</exception>
    /// <exception cref="InvalidDataException">A settings file is no JSON.</exception>
    public static WebApplicationBuilder Create(string[] args)
    {
        var host = new ConfigurationBuilder().AddEnvironmentVariables("ASPNETCORE_").AddEnvironmentVariables("DOTNET_").AddCommandLine(args).Build();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions
        {
            ApplicationName = typeof(ServiceBuilder).Assembly.GetName().Name,
            EnvironmentName = host[HostDefaults.EnvironmentKey],
            ContentRootPath = File.Exists(Path.Combine(Environment.CurrentDirectory, Settings)) ? Environment.CurrentDirectory : AppContext.BaseDirectory,
        });
        AddSources(builder.Configuration, builder.Environment, args);
        RefuseTheFrameworks(builder.Configuration);
        builder.WebHost.UseKestrelCore();
        builder.Services.AddRoutingCore();
        builder.Host.UseDefaultServiceProvider(
            static (context, container) => container.ValidateScopes = container.ValidateOnBuild = context.HostingEnvironment.IsDevelopment());
        return builder;
    }

    /// <summary>Nobody reads these; whoever sets them must not believe that they count.</summary>
    private static void RefuseTheFrameworks(ConfigurationManager configuration)
    {
        if (configuration.GetSection("Kestrel").Exists())
        {
            throw new ConfigurationException("Kestrel is not a section of this service: set Http:Address, Http:Port and Http:Tls");
        }

        if (configuration["AllowedHosts"] is not (null or "" or "*"))
        {
            throw new ConfigurationException("AllowedHosts is not a setting of this service: set Http:AllowedHosts:0");
        }
    }

    /// <summary>
    /// appsettings.json of the current folder, else the one beside the program; then appsettings.{Environment}.json of the same
    /// folder, environment variables, and the command line (the framework's own order).
    /// </summary>
    /// <remarks>
    /// Whether a settings file has changed is looked for every four seconds, through links too, as a mounted ConfigMap has them, and without a
    /// watcher (a machine has few of those to give). Most settings are read once, at start; what is read again says so
    /// (<see cref="Auth.AuthOptions"/>).
    /// </remarks>
    private static void AddSources(ConfigurationManager configuration, IHostEnvironment environment, string[] args)
    {
        var folder = new PhysicalFileProvider(environment.ContentRootPath) { UsePollingFileWatcher = true, UseActivePolling = true };
        var started = false;
        foreach (var file in (string[])[Settings, $"appsettings.{environment.EnvironmentName}.json"])
        {
            configuration.Sources.Add(new JsonConfigurationSource
            {
                Path = file,
                Optional = true,
                ReloadOnChange = true,
                FileProvider = folder,

                // Later a file that cannot be read counts as empty: whoever reads settings again has to bear that.
                OnLoadException = failed => failed.Ignore = started,
            });
        }

        configuration.AddEnvironmentVariables().AddCommandLine(args);
        started = true;
    }
}
