using System.Globalization;
using System.Net.Http.Headers;

namespace EchoService.Benchmarks;

/// <summary>A service that fetches a list which outlasts every measurement.</summary>
/// <param name="Job">The path of its job.</param>
internal sealed record BusyService(RunningService Service, string Job) : IAsyncDisposable
{
    private const int Items = 500_000;

    public static async Task<BusyService> StartAsync(LateOrigin origin)
    {
        var service = await RunningService.StartAsync("--Downloads:Egress:AllowedNetworks:0=127.0.0.0/8");
        using var list = new StringContent(string.Join('\n', Enumerable.Range(0, Items).Select(i => origin.Address + i.ToString(CultureInfo.InvariantCulture))));
        list.Headers.ContentType = new MediaTypeHeaderValue("text/plain");
        using var response = await service.Http.PostAsync("/downloads", list);
        response.EnsureSuccessStatusCode();
        return new BusyService(service, response.Headers.Location!.OriginalString);
    }

    public ValueTask DisposeAsync() => Service.DisposeAsync();
}
