namespace EchoService.Benchmarks;

/// <summary>echoctl as it was last built, in our own configuration.</summary>
internal static class Echoctl
{
    public static string Program { get; } = Path.Combine(
        Sources.Of("EchoService.Cli"), "bin", new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, "net10.0", "echoctl.dll");
}
