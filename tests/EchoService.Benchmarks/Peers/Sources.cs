namespace EchoService.Benchmarks;

/// <summary>The repository that this program was built from.</summary>
internal static class Sources
{
    /// <summary>The folder of one of its projects.</summary>
    public static string Of(string project) => Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "..", "..", "src", project));
}
