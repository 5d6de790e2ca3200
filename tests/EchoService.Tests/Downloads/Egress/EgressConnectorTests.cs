using System.Net;
using System.Net.Sockets;
using EchoService.Downloads;
using EchoService.Downloads.Egress;
using EchoService.Downloads.Fetching;
using EchoService.Tests.Downloads.Fetching;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Downloads.Egress;

public sealed class EgressConnectorTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ANameWithOpenAndBlockedAddressesIsReachedAtTheOpenOnesOnly()
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.On("/x", OriginAnswer.Text("x"));
        using var fetcher = Fetcher(["127.0.0.1"], (_, _) => Addresses("127.0.0.2", "::1", "127.0.0.1"));
        Assert.Null((await fetcher.FetchAsync(origin.Url("/x", "mixed.example"))).Error);
    }

    [Fact]
    public async Task ANameWithBlockedAddressesOnlyIsNotConnectedTo()
    {
        using var sentinel = new TcpListener(IPAddress.Loopback, 0);
        sentinel.Start();
        using var fetcher = Fetcher([], (_, _) => Addresses("127.0.0.1", "::ffff:127.0.0.1", "10.0.0.1"));
        var fetched = await fetcher.FetchAsync(new Uri($"http://inside.example:{((IPEndPoint)sentinel.LocalEndpoint).Port}/"));
        Assert.Equal(ErrorCode.BlockedAddress, fetched.Code);
        Assert.False(sentinel.Pending());
    }

    [Fact]
    public async Task ANameThatChangesItsAnswerAfterTheCheckIsAskedOnce()
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.On("/x", OriginAnswer.Text("x"));
        var asked = 0;
        using var fetcher = Fetcher(["127.0.0.1"], (_, _) => Addresses(Interlocked.Increment(ref asked) == 1 ? "127.0.0.1" : "127.0.0.2"));
        Assert.Null((await fetcher.FetchAsync(origin.Url("/x", "rebind.example"))).Error);
        Assert.Equal(1, asked);
    }

    [Theory]
    [InlineData("http://127.1/")]
    [InlineData("http://2130706433/")]
    [InlineData("http://0x7f.0.0.1/")]
    [InlineData("http://0177.0.0.1/")]
    [InlineData("http://0/")]
    [InlineData("http://①②⑦.0.0.1/")]
    [InlineData("http://[::1]/")]
    [InlineData("http://[::ffff:7f00:1]/")]
    [InlineData("http://[fe80::1%25lo]/")]
    [InlineData("http://localhost/")]
    [InlineData("http://169.254.169.254/latest/meta-data/")]
    [InlineData("http://168.63.129.16/")]
    [InlineData("https://1.1.1.1:8443/")]
    public async Task EveryWayToWriteABlockedAddressIsBlocked(string url)
    {
        using var fetcher = Fetcher([], resolve: null);
        Assert.Equal(ErrorCode.BlockedAddress, (await fetcher.FetchAsync(new Uri(url))).Code);
    }

    [Fact]
    public async Task TheNextAddressIsTriedWhenOneRefuses()
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.On("/x", OriginAnswer.Text("x"));
        using var fetcher = Fetcher(["127.0.0.0/8", "::1"], (_, _) => Addresses("127.0.0.2", "127.0.0.3", "::1", "127.0.0.1"));
        Assert.Null((await fetcher.FetchAsync(origin.Url("/x", "some.example"))).Error);
    }

    [Fact]
    public async Task TheNextAddressIsTriedBesideOneThatIsSilent()
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.On("/x", OriginAnswer.Text("x"));
        using var silent = new SilentPort(IPAddress.Parse("127.0.0.2"), origin.Port);
        Assert.SkipUnless(await silent.IsSilentAsync(Token), "the kernel still accepts on a full backlog");
        using var fetcher = Fetcher(["127.0.0.0/8"], (_, _) => Addresses("127.0.0.2", "127.0.0.1"));
        Assert.Null((await fetcher.FetchAsync(origin.Url("/x", "some.example"))).Error);
    }

    [Fact]
    public async Task AnAddressThatIsSilentIsConnectInTheTimeGiven()
    {
        using var silent = new SilentPort(IPAddress.Loopback, 0);
        Assert.SkipUnless(await silent.IsSilentAsync(Token), "the kernel still accepts on a full backlog");
        using var fetcher = FetchFixture.Fetcher(options => options.ConnectSeconds = 0.3);
        var fetched = await fetcher.FetchAsync(new Uri($"http://127.0.0.1:{silent.Port}/"));
        Assert.Equal(new FetchError(ErrorCode.Connect, "The host took too long to connect.", Transient: true, Transport: true), fetched.Error);
    }

    [Fact]
    public async Task WithoutTheGuardEveryAddressIsOpen()
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.On("/x", OriginAnswer.Text("x"));
        using var fetcher = FetchFixture.Fetcher(options => options.Egress.AllowedNetworks.Clear(), new FetcherSettings { EgressGuard = false });
        Assert.Null((await fetcher.FetchAsync(origin.Url("/x"))).Error);
    }

    private static Fetcher Fetcher(string[] networks, Func<string, CancellationToken, Task<IPAddress[]>>? resolve) =>
        FetchFixture.Fetcher(options => options.Egress.AllowedNetworks = [.. networks], new FetcherSettings { Resolve = resolve });

    private static Task<IPAddress[]> Addresses(params string[] addresses) => Task.FromResult(addresses.Select(IPAddress.Parse).ToArray());

    /// <summary>A listener whose backlog is full: further connections wait for an answer that does not come.</summary>
    private sealed class SilentPort : IDisposable
    {
        private readonly List<Socket> _waiting = [];
        private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

        public SilentPort(IPAddress address, int port)
        {
            _listener.Bind(new IPEndPoint(address, port));
            _listener.Listen(1);
        }

        public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

        public async Task<bool> IsSilentAsync(CancellationToken cancellationToken)
        {
            for (var tries = 0; tries < 8; tries++)
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                _waiting.Add(socket);
                var connecting = socket.ConnectAsync(_listener.LocalEndPoint!, cancellationToken).AsTask();
                await Task.WhenAny(connecting, Task.Delay(200, cancellationToken));

                // The kernel knows it before a busy machine tells the task.
                if (!connecting.IsCompleted && !socket.Poll(0, SelectMode.SelectWrite))
                {
                    return true;
                }

                await connecting;
            }

            return false;
        }

        public void Dispose()
        {
            _waiting.ForEach(socket => socket.Dispose());
            _listener.Dispose();
        }
    }
}
