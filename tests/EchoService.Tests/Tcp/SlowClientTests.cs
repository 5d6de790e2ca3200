using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Tcp;

/// <summary>
/// Many clients that send a byte now and then, and some that never read, against a service in a process of its own. Short form; with
/// ECHOSERVICE_SOAK=1 as long and as many as the contract says. What is measured is measured in rounds, the first of which warms
/// up: another program on the machine can spoil a round, but a leak or a service that is held up spoils every one.
/// </summary>
[Collection(nameof(Alone))]
public sealed class SlowClientTests
{
    private const int Rounds = 6;
    private const int DeafCount = 100;

    private static readonly bool Soak = Environment.GetEnvironmentVariable("ECHOSERVICE_SOAK") == "1";
    private static readonly (int Count, int Lifetime, double Interval) Slow = Soak ? (5000, 30, 10) : (1000, 5, 2);

    private long _deafBytes;

    [Fact]
    public async Task SlowAndDeafClientsAreEndedWhileOthersAreServedAsBefore()
    {
        await using var service = ServiceProcess.Create(
            ("Tcp:Timeouts:LifetimeSeconds", $"{Slow.Lifetime}"), ("Tcp:Timeouts:WriteStallSeconds", "3"), ("Tcp:Limits:PerAddress", "0"),
            ("Tcp:Channels:normal:Port", "0"), ("Tcp:Channels:normal:Timeouts:LifetimeSeconds", "0"), ("Tcp:Channels:normal:ReplyPrefix", ""),
            ("Serilog:MinimumLevel:Override:EchoService.Tcp.Connection", "Warning"));
        service.Environment["DOTNET_GCgen0size"] = "0x400000"; // 4 MB: garbage goes soon, so that what stays is what is kept
        await service.StartAsync();
        var port = await service.PortAsync("echo");
        using var normal = await TcpPeer.ConnectAsync(await service.PortAsync("normal"));

        // Alone right before and right after a round: the load of other programs comes and goes.
        var alone = await P99Async(normal, TimeSpan.FromSeconds(2));
        var seen = new List<Round>();
        for (var round = 0; round <= Rounds && !seen.Skip(1).Any(r => r.IsGood); round++)
        {
            var before = Resources.Of(service.Id);
            var (meanwhile, late) = await RoundAsync(port, normal);
            await Eventually.True(() => Resources.Of(service.Id).Descriptors <= before.Descriptors * 1.05, "descriptors are back");
            var after = Resources.Of(service.Id);
            var again = await P99Async(normal, TimeSpan.FromSeconds(2));
            seen.Add(new(Shortest(alone, again), meanwhile, late, before, after));
            alone = again;
            TestContext.Current.SendDiagnosticMessage(seen[^1].ToString());
        }

        var measured = string.Join("; ", seen);
        Assert.True(seen.Skip(1).Any(r => r.IsQuick), $"In no round was p99 under twice that without the others: {measured}");
        Assert.True(seen.Skip(1).Any(r => r.IsInTime), $"In no round were all ended by their deadlines: {measured}");
        Assert.True(seen.Skip(1).Any(r => r.IsBack), $"In no round did memory come back: {measured}");
    }

    private async Task<(TimeSpan Meanwhile, TimeSpan Late)> RoundAsync(int port, TcpPeer normal)
    {
        var clock = Stopwatch.StartNew();
        var slow = await Task.WhenAll(Enumerable.Range(0, Slow.Count).Select(_ => TcpPeer.ConnectAsync(port)));
        var connected = clock.Elapsed;
        var drips = Task.WhenAll(slow.Select((client, n) => DripAsync(client, Slow.Interval * n / Slow.Count)));
        var deaf = await Task.WhenAll(Enumerable.Range(0, DeafCount).Select(_ => TcpPeer.ConnectAsync(port)));
        var stalls = Task.WhenAll(deaf.Select(DeafAsync));
        await FullAsync();
        var meanwhile = await P99Async(normal, TimeSpan.FromSeconds(Slow.Lifetime - 1) - clock.Elapsed);
        await Task.WhenAll(drips, stalls).WaitAsync(TimeSpan.FromSeconds(Slow.Lifetime + 60), TestContext.Current.CancellationToken);
        Assert.True(clock.Elapsed.TotalSeconds > Slow.Lifetime - 1, $"All ended after {clock.Elapsed} already.");
        return (meanwhile, clock.Elapsed - connected - TimeSpan.FromSeconds(Slow.Lifetime));
    }

    /// <summary>Ends when the service has ended it, in order or with a reset in the middle of a byte.</summary>
    private static async Task DripAsync(TcpPeer client, double firstAfter)
    {
        var ended = client.ReadToEndAsync(TimeSpan.FromMinutes(2));
        var wait = firstAfter;
        try
        {
            while (await Task.WhenAny(ended, Task.Delay(TimeSpan.FromSeconds(wait), TestContext.Current.CancellationToken)) != ended)
            {
                await client.SendAsync("x");
                wait = Slow.Interval;
            }

            await ended;
        }
        catch (SocketException)
        {
            // A reset is an end too.
        }

        client.Dispose();
    }

    private async Task DeafAsync(TcpPeer client)
    {
        var bytes = new byte[16 << 10];
        try
        {
            while (true)
            {
                await client.SendAsync(bytes);
                Interlocked.Add(ref _deafBytes, bytes.Length);
            }
        }
        catch (SocketException)
        {
            client.Dispose();
        }
    }

    /// <summary>Nothing more goes into the deaf ones.</summary>
    private Task FullAsync()
    {
        long last = -1;
        var since = Stopwatch.StartNew();
        return Eventually.True(
            () =>
            {
                if (Interlocked.Read(ref _deafBytes) is var now && now != last)
                {
                    last = now;
                    since.Restart();
                }

                return since.ElapsedMilliseconds > 200;
            },
            "the deaf clients are full");
    }

    /// <summary>On a thread of its own, with blocking calls: the many clients share this process and must not count.</summary>
    private static Task<TimeSpan> P99Async(TcpPeer client, TimeSpan length) => Task.Factory.StartNew(
        () =>
        {
            var times = new List<TimeSpan>();
            var message = Encoding.ASCII.GetBytes("ping\n");
            var buffer = new byte[message.Length];
            var whole = Stopwatch.StartNew();
            while (whole.Elapsed < length || times.Count < 100)
            {
                var clock = Stopwatch.StartNew();
                client.Socket.Send(message);
                for (var read = 0; read < buffer.Length;)
                {
                    read += client.Socket.Receive(buffer.AsSpan(read));
                }

                times.Add(clock.Elapsed);
                client.Socket.Poll(1000, SelectMode.SelectRead); // a millisecond's pause: nothing is to be read
            }

            times.Sort();
            return times[(int)(times.Count * 0.99)];
        },
        TestContext.Current.CancellationToken,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);

    private static TimeSpan Shortest(TimeSpan first, TimeSpan second) => first < second ? first : second;

    private sealed record Round(TimeSpan Alone, TimeSpan Meanwhile, TimeSpan Late, Resources Before, Resources After)
    {
        public bool IsQuick => Meanwhile < 2 * Alone;

        public bool IsBack => After.Rss <= Before.Rss * 1.05 && After.Descriptors <= Before.Descriptors * 1.05;

        /// <summary>A second of lingering, and what it takes this process to see 5,000 ends. A client that is accepted late is seven seconds late.</summary>
        public bool IsInTime => Late < TimeSpan.FromSeconds(4);

        public bool IsGood => IsQuick && IsInTime && IsBack;

        public override string ToString() => string.Create(
            CultureInfo.InvariantCulture,
            $"p99 {Alone.TotalMicroseconds:F0} us alone, {Meanwhile.TotalMicroseconds:F0} us meanwhile, all ended {Late.TotalSeconds:F1} s late, RSS {Before.Rss >> 20} to {After.Rss >> 20} MB, descriptors {Before.Descriptors} to {After.Descriptors}");
    }

    /// <summary>What a process holds.</summary>
    private sealed record Resources(long Rss, int Descriptors)
    {
        public static Resources Of(int processId)
        {
            var folder = $"/proc/{processId.ToString(CultureInfo.InvariantCulture)}";
            var line = File.ReadLines($"{folder}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
            return new(
                long.Parse(line.AsSpan(6).Trim(" \tkB"), CultureInfo.InvariantCulture) * 1024,
                Directory.GetFileSystemEntries($"{folder}/fd").Length);
        }
    }
}
