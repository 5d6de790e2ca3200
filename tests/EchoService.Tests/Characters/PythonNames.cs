using System.Diagnostics;
using System.Globalization;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Characters;

/// <summary>The names that Python's unicodedata gives, all of them: a second opinion on every name that is ours.</summary>
public sealed class PythonNames : IAsyncLifetime
{
    private const string Script = """
        import unicodedata
        for code in range(0x110000):
            name = unicodedata.name(chr(code), '')
            if name:
                print(f'{code:X};{name}')
        """;

    private Dictionary<int, string>? _names;

    /// <summary>By code point; the test is skipped where there is no Python.</summary>
    public IReadOnlyDictionary<int, string> Names
    {
        get
        {
            Tool.Require("python3");
            return _names!;
        }
    }

    public async ValueTask InitializeAsync()
    {
        try
        {
            using var python = Process.Start(new ProcessStartInfo("python3", ["-c", Script]) { RedirectStandardOutput = true, UseShellExecute = false })!;
            var output = await python.StandardOutput.ReadToEndAsync();
            await python.WaitForExitAsync();
            _names = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(';'))
                .ToDictionary(line => int.Parse(line[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture), line => line[1]);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            _names = null;
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>What the seed's search does: every word of the query is a word of the name.</summary>
    public int[] Find(string query)
    {
        var words = query.ToUpperInvariant().Replace('-', ' ').Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return [.. Names.Where(name => words.All(name.Value.Replace('-', ' ').Split(' ').Contains)).Select(name => name.Key).Order()];
    }
}
