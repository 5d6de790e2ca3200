using System.Diagnostics;
using System.Globalization;

namespace EchoService.Benchmarks;

/// <summary>A program that serves HTTP, started anew in each run on a data folder that was used before.</summary>
/// <param name="arguments">Of <c>dotnet</c>, for a port; run in the contender's folder.</param>
/// <param name="prepare">Puts into the folder what the runs need.</param>
internal sealed class StartContender(string name, Func<string, string[]> arguments, string path, Func<string, Task>? prepare = null) : IContender
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_settled = TimeSpan.FromSeconds(2);

    private readonly string _folder = Directory.CreateTempSubdirectory("echoservice-bench-").FullName;

    public string Name => name;

    public Task StartAsync() => prepare?.Invoke(_folder) ?? Task.CompletedTask;

    public async Task<Sample> RunAsync()
    {
        var port = FreePort.Next();
        using var client = new HttpClient();
        var begun = Stopwatch.GetTimestamp();
        using var process = Process.Start(new ProcessStartInfo("dotnet", arguments(port.ToString(CultureInfo.InvariantCulture)))
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            WorkingDirectory = _folder,
        })!;
        _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
        try
        {
            await ReadyAsync(client, new Uri($"http://127.0.0.1:{port}{path}"), begun);
            var ready = Stopwatch.GetElapsedTime(begun);
            var processor = ProcessUsage.Processor(process.Id);
            await Task.Delay(s_settled);
            return new Sample(
                ("ms to ready", ready.TotalMilliseconds),
                ("CPU ms to ready", processor.TotalMilliseconds),
                ("MiB resident", ProcessUsage.Resident(process.Id) / (double)(1 << 20)));
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    private static async Task ReadyAsync(HttpClient client, Uri address, long begun)
    {
        while (Stopwatch.GetElapsedTime(begun) < s_patience)
        {
            try
            {
                using var response = await client.GetAsync(address);
                if (response.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Nobody listens yet.
            }

            await Task.Delay(5);
        }

        throw new InvalidOperationException($"{address} is not ready after {s_patience.TotalSeconds} s.");
    }
}
