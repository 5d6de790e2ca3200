namespace EchoService.Benchmarks;

/// <summary>Programs of the machine.</summary>
internal static class Tool
{
    /// <summary>The whole path of a program.</summary>
    /// <param name="package">The Debian package that brings it.</param>
    /// <exception cref="ToolMissingException">It is not installed.</exception>
    public static string Find(string program, string package) =>
        ((string[])[.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'), "/usr/sbin"])
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(File.Exists)
        ?? throw new ToolMissingException($"{program} is not installed (apt-get install {package})");
}
