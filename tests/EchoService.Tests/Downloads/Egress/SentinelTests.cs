using System.Net;
using System.Net.Sockets;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Downloads.Egress;

/// <summary>The whole service in a network where every address answers: what it may not fetch is not even connected to.</summary>
public sealed class SentinelTests
{
    private const string Public = "93.184.216.34";
    private const string AlsoPublic = "2606:2800:220:1::1";

    private static readonly string[] s_fetched =
    [
        $"http://{Public}/plain",
        $"http://[{AlsoPublic}]/plain",
        $"http://{Public}/hop/5?http://{Public}/after-five",
        "http://mixed.test/plain",
    ];

    private static readonly string[] s_blocked =
    [
        // every special network, and the clouds' own addresses
        "http://10.0.0.1/", "http://127.0.0.1/", "http://127.8.8.8/", "http://169.254.169.254/latest/meta-data/", "http://169.254.170.2/", "http://172.16.0.1/",
        "http://192.168.0.1/", "http://100.64.0.1/", "http://100.100.100.200/", "http://168.63.129.16/", "http://192.0.0.192/", "http://192.0.2.1/",
        "http://198.18.0.1/", "http://198.51.100.1/", "http://203.0.113.1/", "http://0.0.0.0/", "http://224.0.0.1/", "http://240.0.0.1/", "http://255.255.255.255/",
        "http://[::]/", "http://[::1]/", "http://[fc00::1]/", "http://[fd00:ec2::254]/", "http://[fd20:ce::254]/", "http://[fe80::1]/", "http://[ff02::1]/",
        "http://[2001:db8::1]/", "http://[3fff::1]/", "http://[100::1]/", "http://[5f00::1]/",

        // IPv4 in IPv6: mapped, compatible, NAT64 (both prefixes), 6to4, Teredo, ISATAP
        "http://[::ffff:10.0.0.1]/", "http://[::ffff:7f00:1]/", "http://[0:0:0:0:0:ffff:a9fe:a9fe]/", "http://[::10.0.0.1]/", "http://[::127.0.0.1]/", "http://[64:ff9b::10.0.0.1]/",
        "http://[64:ff9b::a9fe:a9fe]/", "http://[64:ff9b:1::10.0.0.1]/", "http://[2002:a00:1::1]/", "http://[2001:0:a00:1::f5ff:fffe]/",
        "http://[2606:2800:220:1:0:5efe:10.0.0.1]/", "http://[2606:2800:220:1:200:5efe:127.0.0.1]/",

        // decimal, octal, hexadecimal, short, full-width and circled
        "http://167772161/", "http://2130706433/", "http://012.0.0.1/", "http://0177.0.0.1/", "http://0xa.0.0.1/", "http://0x7f000001/", "http://10.1/", "http://127.1/", "http://0/",
        "http://１０.0.0.1/", "http://①②⑦.0.0.1/", "http://10.0.0.1./",

        // names
        "http://localhost/", "http://LOCALHOST./", "http://private.test/", "http://alsoprivate.test/",

        // redirects
        $"http://{Public}/hop/1?http://10.0.0.1/hop-1", $"http://{Public}/hop/5?http://10.0.0.1/hop-5", $"http://{Public}/hop/1?http://[::ffff:10.0.0.1]/", $"http://{Public}/hop/1?//127.1/",
        $"http://{Public}/hop/3?http://private.test/", $"http://{Public}/hop/1?http://{Public}:8080/",

        // ports
        $"http://{Public}:8080/", $"https://{Public}:8080/",
    ];

    private static readonly string[] s_refused =
    [
        $"http://user:secret@{Public}/", $"http://{Public}@10.0.0.1/", $"http://{Public}%2f@10.0.0.1/", "file:///etc/passwd", "gopher://10.0.0.1:80/_GET%20/", "ftp://10.0.0.1/x", "dict://10.0.0.1:80/",
        "data:text/plain,x", "//10.0.0.1/", "http:///x", $"http://{Public}/hop/1?file:///etc/passwd", $"http://{Public}/hop/1?gopher://10.0.0.1:80/", $"http://{Public}/hop/1?http://user@10.0.0.1/",
    ];

    /// <summary>Blocked addresses that the test itself connects to, once each: a sentinel that saw nothing would prove nothing.</summary>
    private static readonly string[] s_tried = ["10.0.0.1", "::1", "fd00:ec2::254"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task NoBlockedAddressSeesAConnection()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "network namespaces are Linux's");
        await using var network = await NetworkNamespace.CreateAsync();
        await using var sentinel = await Sentinel.StartAsync(network, 80, 8080, 443);
        await using var names = await NameServer.StartAsync(network, Addresses);
        await AssertItSeesEverythingAsync(network, sentinel);
        await using var service = ServiceProcess.Create();
        (service.Launcher, service.Handler) = (network.Launcher, network.Handler);
        await service.StartAsync();
        var downloads = new DownloadsClient(service.Client);

        // Numbered, for several are one address in other words, and the second of two equal URLs is skipped.
        var all = s_fetched.Concat(s_blocked).Concat(s_refused).Select((url, n) => url.Contains('?', StringComparison.Ordinal) ? url : $"{url}?{n}").ToList();

        var id = await downloads.SubmitAsync([.. all, "http://rebind.test/one", "http://rebind.test/two", "http://nowhere.test/"]);
        await downloads.EndAsync(id);

        var items = await downloads.ItemsAsync(id);
        var expected = s_fetched.Select(_ => (string?)null).Concat(s_blocked.Select(_ => "blockedAddress")).Concat(s_refused.Select(_ => "invalidUrl"));
        Assert.Equal(
            all.Zip(expected, (url, code) => $"{url} {code}"),
            all.Select((url, n) => $"{url} {DownloadsClient.Text(items[n], "errorCode")}"));

        // The name that changes its answer was fetched where it was checked, and refused after the change.
        Assert.Equal([null, "blockedAddress"], new[] { items[all.Count], items[all.Count + 1] }.Select(item => DownloadsClient.Text(item, "errorCode")).Order());
        Assert.Equal(2, names.Asked("rebind.test"));
        Assert.Equal("dns", DownloadsClient.Text(items[all.Count + 2], "errorCode"));

        var connected = sentinel.Connections.Select(address => address.ToString()).ToList();
        Assert.Equal(s_tried.Order(StringComparer.Ordinal), connected.Where(address => address is not (Public or AlsoPublic)).Order(StringComparer.Ordinal));
        Assert.Contains(Public, connected);
        Assert.Contains(AlsoPublic, connected);
    }

    private static IReadOnlyList<string> Addresses(string name, int question) => name.ToUpperInvariant() switch
    {
        "MIXED.TEST" => ["10.0.0.1", Public, "127.0.0.1"],
        "PRIVATE.TEST" => ["192.168.1.1"],
        "ALSOPRIVATE.TEST" => ["10.0.0.1", "169.254.169.254"],
        "REBIND.TEST" => question == 1 ? [Public] : ["10.0.0.1"],
        _ => [],
    };

    private static async Task AssertItSeesEverythingAsync(NetworkNamespace network, Sentinel sentinel)
    {
        foreach (var address in s_tried)
        {
            await network.WithinAsync(() =>
            {
                using var client = new TcpClient(IPAddress.Parse(address).AddressFamily);
                client.Connect(IPAddress.Parse(address), 80);
                return true;
            });
        }

        await Eventually.True(
            () => sentinel.Connections.Select(address => address.ToString()).Order(StringComparer.Ordinal).SequenceEqual(s_tried.Order(StringComparer.Ordinal)),
            "the sentinel sees what is connected to");
    }
}
