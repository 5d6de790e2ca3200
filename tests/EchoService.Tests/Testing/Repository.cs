namespace EchoService.Tests.Testing;

/// <summary>Files of the working copy that the tests were built from.</summary>
public static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>The host as it was last built, in the tests' own configuration (Debug or Release).</summary>
    public static string Service { get; } = Path(
        "src", "EchoService", "bin", new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, "net10.0", "EchoService.dll");

    public static string Path(params string[] parts) => System.IO.Path.Combine([Root, .. parts]);

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(System.IO.Path.Combine(folder.FullName, "EchoService.sln")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException("The tests do not lie below EchoService.sln.");
        }

        return folder.FullName;
    }
}
