using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace EchoService.Benchmarks;

/// <summary>A list on an origin that answers late: all at once against one after the other.</summary>
internal static class DownloadsBenchmark
{
    public static async Task<int> RunAsync(string[] args)
    {
        var items = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 600;
        var delay = TimeSpan.FromMilliseconds(args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 100);
        await using var origin = await StartOriginAsync(delay);
        var address = origin.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        var all = items.ToString(CultureInfo.InvariantCulture);
        await using var service = await RunningService.StartAsync(
            "--Downloads:Egress:AllowedNetworks:0=127.0.0.0/8", $"--Downloads:Concurrency={all}", $"--Downloads:PerHost={all}");

        await TookAsync(service, address, items / 10, items, "warm");
        var concurrent = await TookAsync(service, address, items, items, "concurrent");
        var sequential = await TookAsync(service, address, items, 1, "sequential");

        Console.WriteLine($"{items} URLs, each answered after {delay.TotalMilliseconds:0} ms");
        Console.WriteLine($"concurrent  {concurrent,8:0.00} s");
        Console.WriteLine($"sequential  {sequential,8:0.00} s");
        Console.WriteLine($"ratio       {sequential / concurrent,8:0.0}");
        return 0;
    }

    private static async Task<double> TookAsync(RunningService service, string origin, int items, int concurrency, string name)
    {
        using var response = await service.Http.PostAsJsonAsync(
            "/downloads", new { urls = Enumerable.Range(0, items).Select(i => $"{origin}/{name}/{i}"), concurrency });
        response.EnsureSuccessStatusCode();
        while (true)
        {
            var job = await service.Http.GetFromJsonAsync<JsonElement>(response.Headers.Location);
            if (job.GetProperty("state").GetString() == "completed")
            {
                var done = job.GetProperty("counts").GetProperty("done").GetInt32();
                return done == items ? job.GetProperty("took").GetDouble() : throw new InvalidOperationException($"Only {done} of {items} are done.");
            }

            await Task.Delay(20);
        }
    }

    private static async Task<WebApplication> StartOriginAsync(TimeSpan delay)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        app.Run(async context =>
        {
            await Task.Delay(delay);
            await context.Response.WriteAsync("hello");
        });
        await app.StartAsync();
        return app;
    }
}
