using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.FileProviders;

namespace EchoService.Configuration;

internal static class ConfigurationSources
{
    /// <summary>
    /// appsettings.json of the current folder, else the one beside the program; then appsettings.{Environment}.json of the same
    /// folder, environment variables, and the command line (the framework's own order).
    /// </summary>
    public static WebApplicationOptions Of(string[] args) => new()
    {
        // No watcher on the files (a machine has few of those to give): see ReloadFiles.
        Args = ["--hostBuilder:reloadConfigOnChange=false", .. args],
        ContentRootPath = File.Exists(Path.Combine(Environment.CurrentDirectory, "appsettings.json"))
            ? Environment.CurrentDirectory
            : AppContext.BaseDirectory,
    };

    /// <summary>
    /// Looks every four seconds whether a settings file has changed, through links too, as a mounted ConfigMap has them. Most settings are read
    /// once, at start; what is read again says so (<see cref="Auth.AuthOptions"/>).
    /// </summary>
    public static void ReloadFiles(this ConfigurationManager configuration)
    {
        var started = false;
        for (var i = 0; i < configuration.Sources.Count; i++)
        {
            if (configuration.Sources[i] is JsonConfigurationSource { Path: { } path, FileProvider: PhysicalFileProvider folder } file)
            {
                configuration.Sources[i] = new JsonConfigurationSource
                {
                    Path = path,
                    Optional = file.Optional,
                    ReloadOnChange = true,
                    FileProvider = new PhysicalFileProvider(folder.Root) { UsePollingFileWatcher = true, UseActivePolling = true },

                    // Later a file that cannot be read counts as empty: whoever reads settings again has to bear that.
                    OnLoadException = failed => failed.Ignore = started,
                };
            }
        }

        started = true;
    }
}
