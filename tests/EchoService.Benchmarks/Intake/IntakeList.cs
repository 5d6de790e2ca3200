namespace EchoService.Benchmarks;

/// <summary>A list in a file.</summary>
internal static class IntakeList
{
    /// <returns>The file's path.</returns>
    public static async Task<string> WriteAsync(ScratchFolder folder, string name, int lines, Func<int, string> line)
    {
        var path = Path.Combine(folder.Path, name);
        await using var writer = new StreamWriter(path) { NewLine = "\n" };
        for (var number = 1; number <= lines; number++)
        {
            await writer.WriteLineAsync(line(number));
        }

        return path;
    }
}
