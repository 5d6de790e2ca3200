using System.Diagnostics;
using System.Net.Http.Headers;

namespace EchoService.Benchmarks;

/// <summary>A list of one media type, posted to a service that has just started and taken a short list before.</summary>
/// <param name="mediaType">Its row in the table, too.</param>
internal sealed class IntakeContender(string mediaType, string list, int lines) : IContender
{
    private const string Later = "/downloads?startAt=2100-01-01T00:00:00Z";
    private const int ShortList = 20_000;

    public string Name => mediaType;

    public Task StartAsync() => Task.CompletedTask;

    public async Task<Sample> RunAsync()
    {
        await using var service = await RunningService.StartAsync("--Downloads:Egress:AllowedNetworks:0=127.0.0.0/8");
        await PostAsync(service, new StringContent(string.Join('\n', File.ReadLines(list).Take(ShortList))));
        var processor = service.Processor;
        var begun = Stopwatch.GetTimestamp();
        await PostAsync(service, new StreamContent(File.OpenRead(list)));
        var elapsed = Stopwatch.GetElapsedTime(begun);
        return Sample.Of("lines", lines, elapsed, service.Processor - processor, service.Peak);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task PostAsync(RunningService service, HttpContent content)
    {
        using (content)
        {
            content.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
            using var response = await service.Http.PostAsync(Later, content);
            response.EnsureSuccessStatusCode();
        }
    }
}
