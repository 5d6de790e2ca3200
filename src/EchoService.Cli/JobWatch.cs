using System.Globalization;

namespace EchoService.Cli;

/// <summary>Follows a service's job to its end: one turning line on a terminal's standard error, and the counts at the end.</summary>
internal static class JobWatch
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(500);

    public static async Task<int> RunAsync(ServerClient client, string id, bool json, TimeProvider time, CancellationToken token)
    {
        using var output = new Output();
        var live = !Console.IsErrorRedirected && !json;
        while (true)
        {
            var job = new RemoteJob(await client.GetAsync($"downloads/{Uri.EscapeDataString(id)}", token));
            if (job.Ended)
            {
                Erase(live);
                await output.Text.WriteLineAsync(json ? job.Json.GetRawText() : $"{job.Counts}\n{job.Took}");
                return job.AllWell ? ExitCode.Done : ExitCode.SomeFailed;
            }

            if (live)
            {
                var share = job.Total == 0 ? 0 : 100.0 * job.EndedItems / job.Total;
                await Console.Error.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"\r\e[K{job.State} {job.EndedItems}/{job.Total} ({share:0}%)  {job.Counts}  {Sizes.Text(job.Bytes)}"));
            }

            try
            {
                await Task.Delay(s_interval, time, token);
            }
            catch (OperationCanceledException)
            {
                Erase(live);
                throw;
            }
        }
    }

    private static void Erase(bool live) => Console.Error.Write(live ? "\r\e[K" : "");
}
