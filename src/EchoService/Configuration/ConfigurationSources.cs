namespace EchoService.Configuration;

internal static class ConfigurationSources
{
    /// <summary>
    /// appsettings.json of the current folder, else the one beside the program; then appsettings.{Environment}.json of the same
    /// folder, environment variables, and the command line (the framework's own order).
    /// </summary>
    public static WebApplicationOptions Of(string[] args) => new()
    {
        // Settings are read once, at start: no watcher on the files (a machine has few of those to give).
        Args = ["--hostBuilder:reloadConfigOnChange=false", .. args],
        ContentRootPath = File.Exists(Path.Combine(Environment.CurrentDirectory, "appsettings.json"))
            ? Environment.CurrentDirectory
            : AppContext.BaseDirectory,
    };
}
