using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using EchoService.Downloads.Store.Sqlite;
using EchoService.Tests.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace EchoService.Tests.Downloads;

public sealed class EventsTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AThousandWatchersOfOneJobCostNoQueryEach()
    {
        const int Watchers = 1000;
        var open = new TaskCompletionSource();
        await using var origin = await Origin.StartAsync(Token);
        origin.OnPrefix("/", (path, _) => OriginAnswer.Text(path) with { Gate = open.Task });
        using var service = new ServiceFixture(DownloadsClient.Loopback);
        using var http = service.CreateClient();
        var id = await new DownloadsClient(http).SubmitAsync(Enumerable.Range(0, 20).Select(i => $"/{i}"), origin);
        var store = service.Services.GetRequiredService<SqliteDownloadStore>();
        var began = 0;

        var watchers = Enumerable.Range(0, Watchers).Select(async _ =>
        {
            StreamEvent? last = null;
            await foreach (var each in http.ReadEventsAsync($"/downloads/{id}/events", null, Token))
            {
                Assert.Equal(last is null, each.Name == "snapshot");
                Interlocked.Add(ref began, last is null ? 1 : 0);
                last = each;
            }

            return last!;
        }).ToList();
        await Eventually.True(() => Volatile.Read(ref began) == Watchers, "every watcher has its snapshot", TimeSpan.FromSeconds(60));
        var before = store.WatchReads;
        open.SetResult();
        var ends = await Task.WhenAll(watchers);

        Assert.All(ends, end => Assert.Equal("end", end.Name));
        Assert.All(ends, end => Assert.Equal(20, DownloadsClient.Count(end.Data, "done")));
        Assert.InRange(before, 1, 20);
        Assert.InRange(store.WatchReads - before, 1, 40);
    }

    [Fact]
    public async Task AReconnectMissesNothing()
    {
        var gates = Enumerable.Range(0, 40).Select(_ => new TaskCompletionSource()).ToList();
        await using var origin = await Origin.StartAsync(Token);
        for (var i = 0; i < gates.Count; i++)
        {
            origin.On($"/{i}", OriginAnswer.Text("x") with { Gate = gates[i].Task });
        }

        using var service = new ServiceFixture(DownloadsClient.Loopback);
        using var http = service.CreateClient();
        var downloads = new DownloadsClient(http);
        var id = await downloads.SubmitAsync(Enumerable.Range(0, gates.Count).Select(i => $"/{i}"), origin, new { concurrency = 1 });
        var seen = new List<StreamEvent>();
        var opened = 0;
        for (var turn = 0; turn < 4; turn++)
        {
            // Ten items end, five of them while nobody watches.
            for (; opened < (turn * 10) + 5; opened++)
            {
                gates[opened].SetResult();
            }

            await foreach (var each in http.ReadEventsAsync($"/downloads/{id}/events", seen.LastOrDefault()?.Id, Token))
            {
                seen.Add(each);
                if (DownloadsClient.Count(each.Name == "snapshot" ? each.Data : seen[^1].Data, "done") >= opened)
                {
                    break;
                }
            }

            for (; opened < (turn + 1) * 10; opened++)
            {
                gates[opened].SetResult();
            }

            await Eventually.True(async () => DownloadsClient.Count(await downloads.JobAsync(id), "done") == opened, "they have ended");
        }

        await foreach (var each in http.ReadEventsAsync($"/downloads/{id}/events", seen[^1].Id, Token))
        {
            seen.Add(each);
        }

        Assert.Equal("snapshot", seen[0].Name);
        Assert.Equal("end", seen[^1].Name);
        Assert.All(seen[1..^1], each => Assert.Equal("delta", each.Name));
        var numbers = seen.Select(each => int.Parse(each.Id.Split('-')[1], System.Globalization.CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(Enumerable.Range(numbers[0], numbers.Count), numbers);
        var done = seen.Where(each => each.Name == "delta").SelectMany(each => each.Data.GetProperty("items").EnumerateArray())
            .Where(item => DownloadsClient.Text(item, "state") == "done").Select(item => item.GetProperty("n").GetInt32()).Distinct();
        Assert.True(done.Count() >= gates.Count - DownloadsClient.Count(seen[0].Data, "done"));
    }

    [Fact]
    public async Task AnEndedJobGivesASnapshotAndItsEndAndThenSaysThatThereIsNoMore()
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.OnPrefix("/", (path, number) => number == 1 ? OriginAnswer.Error(404) : OriginAnswer.Text(path));
        using var service = new ServiceFixture(DownloadsClient.Loopback);
        using var http = service.CreateClient();
        var downloads = new DownloadsClient(http);
        var id = await downloads.SubmitAsync(["/a"], origin);
        await downloads.EndAsync(id);

        var events = await http.ReadEventsAsync($"/downloads/{id}/events", "another-7", Token).ToListAsync(Token);

        Assert.Equal(["snapshot", "end"], events.Select(each => each.Name));
        Assert.Equal(id, DownloadsClient.Text(events[0].Data, "id"));
        using var again = new HttpRequestMessage(HttpMethod.Get, $"/downloads/{id}/events");
        again.Headers.TryAddWithoutValidation("Last-Event-ID", events[1].Id);
        Assert.Equal(HttpStatusCode.NoContent, (await http.SendAsync(again, Token)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync("/downloads/none/events", Token)).StatusCode);

        // A job that runs again is followed again.
        using var retried = await http.PostAsync($"/downloads/{id}/retry", null, Token);
        var second = await http.ReadEventsAsync($"/downloads/{id}/events", events[1].Id, Token).ToListAsync(Token);
        Assert.Equal("end", second[^1].Name);
        Assert.Equal(1, DownloadsClient.Count(second[^1].Data, "done"));
    }

    [Fact]
    public async Task ADeletedJobEndsItsStreamsAndIsNotThereAtOnce()
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.On("/a", OriginAnswer.Text("a") with { HangBeforeHeaders = true });
        using var service = new ServiceFixture(DownloadsClient.Loopback);
        using var http = service.CreateClient();
        var id = await new DownloadsClient(http).SubmitAsync(["/a"], origin);
        await origin.RequestAsync(1, Token);

        await foreach (var each in http.ReadEventsAsync($"/downloads/{id}/events", null, Token))
        {
            if (each.Name == "snapshot")
            {
                using var deleted = await http.DeleteAsync($"/downloads/{id}", Token);
                Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
            }
        }

        using var again = await http.GetAsync($"/downloads/{id}/events", Token);
        Assert.Equal(HttpStatusCode.NotFound, again.StatusCode);
    }

    [Fact]
    public async Task GathersChangesToFourEventsASecondAndSaysWhenTheyAreTooMany()
    {
        var watched = new TaskCompletionSource();
        await using var origin = await Origin.StartAsync(Token);
        origin.OnPrefix("/", (path, _) => OriginAnswer.Text(path) with { Gate = watched.Task });
        using var service = new ServiceFixture(DownloadsClient.Loopback);
        using var http = service.CreateClient();
        var downloads = new DownloadsClient(http);
        var clock = Stopwatch.StartNew();
        var id = await downloads.SubmitAsync(Enumerable.Range(0, 3000).Select(i => $"/{i}"), origin);
        using var paused = await http.PostAsync($"/downloads/{id}/pause", null, Token);
        await Eventually.True(async () => DownloadsClient.Count(await downloads.JobAsync(id), "running") == 0, "nothing of a paused job runs");
        var events = new List<StreamEvent>();

        await foreach (var each in http.ReadEventsAsync($"/downloads/{id}/events", null, Token))
        {
            events.Add(each);
            if (watched.TrySetResult())
            {
                // More begin at once now than one event tells of.
                using var resumed = await http.PostAsync($"/downloads/{id}/resume", null, Token);
                Assert.Equal(HttpStatusCode.Accepted, resumed.StatusCode);
            }
        }

        Assert.True(events.Count <= (clock.Elapsed.TotalSeconds * 4) + 3, $"{events.Count} events in {clock.Elapsed}");
        Assert.Equal(3000, DownloadsClient.Count(events[^1].Data, "done"));
        var deltas = events.Where(each => each.Name == "delta").ToList();
        Assert.Contains(deltas, delta => delta.Data.GetProperty("resync").GetBoolean());
        Assert.All(deltas, delta => Assert.InRange(delta.Data.GetProperty("items").GetArrayLength(), 0, 200));
        Assert.All(deltas.Where(delta => delta.Data.GetProperty("resync").GetBoolean()), delta => Assert.Equal(0, delta.Data.GetProperty("items").GetArrayLength()));
    }

    [Fact]
    public async Task TellsTheLiveRateAndTheTimeLeft()
    {
        const int Items = 6;
        var watched = new TaskCompletionSource();
        await using var origin = await Origin.StartAsync(Token);
        origin.OnPrefix("/", (_, _) => OriginAnswer.File(1, 50_000) with { Gate = watched.Task });
        using var service = new ServiceFixture(DownloadsClient.Loopback, ("Downloads:MaxBytesPerSecond", "100000"));
        using var http = service.CreateClient();
        var downloads = new DownloadsClient(http);
        var clock = Stopwatch.StartNew();
        var id = await downloads.SubmitAsync(Enumerable.Range(0, Items).Select(i => $"/{i}"), origin, new { concurrency = 1 });
        var rates = new List<double>();
        var shown = new List<double>();
        var left = new List<double>();

        await foreach (var each in http.ReadEventsAsync($"/downloads/{id}/events", null, Token))
        {
            watched.TrySetResult();
            if (each.Name == "delta")
            {
                rates.Add(Rate(each.Data));
                left.AddRange(each.Data.GetProperty("secondsLeft") is { ValueKind: System.Text.Json.JsonValueKind.Number } seconds ? [seconds.GetDouble()] : []);
                var job = await downloads.JobAsync(id);
                shown.AddRange(DownloadsClient.Text(job, "state") == "running" ? [Rate(job)] : []);
            }
        }

        // A busy machine is slower, never faster.
        Assert.InRange(rates.Max(), 60_000, 200_000);
        Assert.InRange(shown.Max(), 60_000, 200_000);
        Assert.NotEmpty(left);
        Assert.InRange(left.Max(), 0.1, ((Items - 1) * clock.Elapsed.TotalSeconds) + 0.1);
        var ended = await downloads.JobAsync(id);
        Assert.InRange(Rate(ended), 1, 150_000);
        Assert.Equal(Items * 50_000 / ended.GetProperty("took").GetDouble(), Rate(ended), 200.0);

        static double Rate(System.Text.Json.JsonElement job) => job.GetProperty("bytesPerSecond").GetDouble();
    }

    [Fact]
    public async Task ReadersThatStandStillHoldNobodyUp()
    {
        const int Items = 190; // so few that no event leaves any out
        await using var origin = await Origin.StartAsync(Token);
        var watched = new TaskCompletionSource();
        origin.OnPrefix("/", (_, _) => OriginAnswer.Text("x") with { Delay = TimeSpan.FromMilliseconds(3), Gate = watched.Task });
        await using var service = await ServiceProcess.StartAsync(DownloadsClient.Loopback);
        // With such URLs the events of one job are more than a socket takes that nobody reads.
        var downloads = new DownloadsClient(service.Client);
        var id = await downloads.SubmitAsync(Enumerable.Range(0, Items).Select(i => $"/{new string('x', 8000)}/{i}"), origin, new { perHost = 1, startAt = TimeProvider.System.GetUtcNow().AddSeconds(1) });
        var still = new List<Socket>();
        for (var n = 0; n < 20; n++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
            still.Add(socket);
            await socket.ConnectAsync(IPAddress.Loopback, service.Client.BaseAddress!.Port, Token);
            await socket.SendAsync(Encoding.ASCII.GetBytes($"GET /downloads/{id}/events HTTP/1.1\r\nHost: localhost\r\n\r\n"), Token);
        }

        var received = 0L;
        StreamEvent? last = null;
        await foreach (var each in service.Client.ReadEventsAsync($"/downloads/{id}/events", null, Token))
        {
            watched.TrySetResult();
            received += each.Data.GetRawText().Length;
            last = each;
        }

        Assert.Equal(("end", Items), (last!.Name, DownloadsClient.Count(last.Data, "done")));
        Assert.True(received > 1_500_000, $"only {received} bytes of events");
        Assert.InRange(new ProcessMemory(service.Id).Peak, 1, MemoryTests.MaxResident);
        Assert.Equal(0, await service.StopAsync());
        still.ForEach(socket => socket.Dispose());
    }

    [Fact]
    public async Task StreamsEndWhenTheServiceStops()
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.OnPrefix("/", (_, _) => new OriginAnswer { HangBeforeHeaders = true });
        await using var service = await ServiceProcess.StartAsync(DownloadsClient.Loopback);
        var id = await new DownloadsClient(service.Client).SubmitAsync(["/a"], origin);
        var clock = new Stopwatch();

        await foreach (var each in service.Client.ReadEventsAsync($"/downloads/{id}/events", null, Token))
        {
            Assert.NotEqual("end", each.Name);
            if (!clock.IsRunning)
            {
                clock.Start();
                Assert.Equal(0, await service.StopAsync());
            }
        }

        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10), $"took {clock.Elapsed}");
    }
}
