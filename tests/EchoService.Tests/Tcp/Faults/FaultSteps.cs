using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using EchoService.Tcp;
using EchoService.Tests.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace EchoService.Tests.Tcp.Faults;

/// <summary>What tests of faults do with a running service.</summary>
internal static class FaultSteps
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>An echo that adds nothing, so that bytes can be counted.</summary>
    public static (string Key, string? Value) Verbatim { get; } = ("Tcp:Channels:echo:ReplyPrefix", "");

    /// <summary>A service whose echo has these faults.</summary>
    public static async Task<ServiceFixture> ServeAsync(string faults, params (string Key, string? Value)[] settings)
    {
        var service = new ServiceFixture([Verbatim, ("Logging:LogLevel:EchoService.Tcp", "Information"), .. settings]);
        await service.SetFaultsAsync(faults);
        return service;
    }

    public static async Task SetFaultsAsync(this ServiceFixture service, string faults, string channel = "echo")
    {
        using var http = service.CreateClient();
        using var response = await http.PutAsync($"/tcp/channels/{channel}/faults", Json(faults), TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    public static IReadOnlyList<TcpConnection> Connections(this ServiceFixture service) =>
        [.. service.Services.GetRequiredService<LiveConnections>().All.OrderBy(connection => connection.Id)];

    public static StringContent Json(string text) => new(text, Encoding.UTF8, MediaTypeHeaderValue.Parse("application/json"));

    public static byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        new Random(count).NextBytes(bytes);
        return bytes;
    }

    /// <summary>Milliseconds of a round trip, the median of <paramref name="trips"/>.</summary>
    public static async Task<double> RoundTripAsync(this TcpPeer client, int trips = 15)
    {
        var times = new List<double>();
        for (var n = 0; n < trips; n++)
        {
            var clock = Stopwatch.StartNew();
            await client.SendAsync("ping\n");
            await client.ReadAsync(5);
            times.Add(clock.Elapsed.TotalMilliseconds);
        }

        return times.Order().ElementAt(trips / 2);
    }

    /// <summary>
    /// Measures until the result lies within the bounds, for half a minute at most: other programs on the machine can spoil measurements,
    /// and a wrong effect fails every time. The bounds stay those that users are promised.
    /// </summary>
    public static async Task WithinAsync(double least, double most, Func<Task<double>> measure)
    {
        var clock = Stopwatch.StartNew();
        var seen = new List<double>();
        while (seen.Count < 6 || clock.Elapsed < Patience)
        {
            seen.Add(await measure());
            if (seen[^1] >= least && seen[^1] <= most)
            {
                return;
            }
        }

        var last = string.Join(", ", seen.TakeLast(20).Select(value => value.ToString("0.00", CultureInfo.InvariantCulture)));
        Assert.Fail($"Not within {least:0.00} and {most:0.00} in {seen.Count} measurements, the last of which are {last}");
    }

    /// <summary>Milliseconds until <paramref name="awaited"/> has happened.</summary>
    public static async Task<double> TimeAsync(Func<Task> awaited)
    {
        var clock = Stopwatch.StartNew();
        await awaited();
        return clock.Elapsed.TotalMilliseconds;
    }
}
