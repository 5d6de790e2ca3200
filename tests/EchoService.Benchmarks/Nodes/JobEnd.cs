using System.Net.Http.Json;
using System.Text.Json;

namespace EchoService.Benchmarks;

/// <summary>Waits for a job to end well.</summary>
internal static class JobEnd
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(20);

    /// <returns>From its first item's start to its last file's visible name, as the job itself tells.</returns>
    public static async Task<TimeSpan> WaitAsync(RunningService service, Uri location, int items)
    {
        while (true)
        {
            var job = await service.Http.GetFromJsonAsync<JsonElement>(location);
            if (job.GetProperty("state").GetString() == "completed")
            {
                var done = job.GetProperty("counts").GetProperty("done").GetInt32();
                return done == items
                    ? TimeSpan.FromSeconds(job.GetProperty("took").GetDouble())
                    : throw new InvalidOperationException($"Only {done} of {items} files are done.");
            }

            await Task.Delay(s_look);
        }
    }
}
