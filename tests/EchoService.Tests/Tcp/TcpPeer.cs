using System.Net;
using System.Net.Sockets;
using System.Text;
using EchoService.Tcp;
using EchoService.Tests.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace EchoService.Tests.Tcp;

/// <summary>A client on a real socket, as tests of channels use it.</summary>
internal sealed class TcpPeer : IDisposable
{
    private TcpPeer(Socket socket) => Socket = socket;

    public Socket Socket { get; }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static Task<TcpPeer> ConnectAsync(ServiceFixture service, string channel = "echo", IPAddress? from = null) =>
        ConnectAsync(service.PortOf(channel), from);

    public static async Task<TcpPeer> ConnectAsync(int port, IPAddress? from = null)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (from is not null)
        {
            socket.Bind(new IPEndPoint(from, 0));
        }

        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), Cancelled);
        return new(socket);
    }

    public Task SendAsync(string text) => SendAsync(Encoding.UTF8.GetBytes(text));

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await Socket.SendAsync(bytes, Cancelled)..];
        }
    }

    /// <summary>Sends, and reads nothing, until the service has taken nothing more for two seconds, or as long as is said.</summary>
    public async Task FillAsync(TimeSpan? quiet = null)
    {
        var bytes = new byte[64 << 10];
        Array.Fill(bytes, (byte)'\n');
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        try
        {
            while (true)
            {
                patience.CancelAfter(quiet ?? TimeSpan.FromSeconds(2));
                await Socket.SendAsync(bytes, patience.Token);
            }
        }
        catch (OperationCanceledException) when (!Cancelled.IsCancellationRequested)
        {
            // Full.
        }
    }

    public void HalfClose() => Socket.Shutdown(SocketShutdown.Send);

    /// <summary>Exactly as much as <paramref name="expected"/> has, compared.</summary>
    public async Task ExpectAsync(string expected)
    {
        var bytes = await ReadAsync(Encoding.UTF8.GetByteCount(expected));
        Assert.Equal(expected, Encoding.UTF8.GetString(bytes));
    }

    public async Task<byte[]> ReadAsync(int count)
    {
        var bytes = new byte[count];
        for (var read = 0; read < count;)
        {
            var more = await Socket.ReceiveAsync(bytes.AsMemory(read), Cancelled).AsTask().WaitAsync(TimeSpan.FromSeconds(30), Cancelled);
            Assert.True(more > 0, $"The server closed after {read} of {count} bytes: '{Encoding.UTF8.GetString(bytes, 0, read)}'.");
            read += more;
        }

        return bytes;
    }

    /// <summary>Everything up to the server's FIN; a reset throws <see cref="SocketException"/>.</summary>
    public async Task<byte[]> ReadToEndAsync(TimeSpan? within = null)
    {
        using var all = new MemoryStream();
        await ReadToEndAsync(all, within);
        return all.ToArray();
    }

    /// <summary>For a peer that never stops talking: keeping gigabytes takes so long that it would count as a client that does not read.</summary>
    public Task DiscardToEndAsync() => ReadToEndAsync(Stream.Null);

    /// <summary>As <see cref="DiscardToEndAsync"/>, but a reset is an end too: a client that has not read for a second when its time comes is not waited for.</summary>
    public async Task DiscardToEndOrResetAsync()
    {
        try
        {
            await DiscardToEndAsync();
        }
        catch (SocketException)
        {
            // The reset.
        }
    }

    public async Task<string> ReadTextToEndAsync(TimeSpan? within = null) => Encoding.UTF8.GetString(await ReadToEndAsync(within));

    public async Task ExpectResetAsync()
    {
        var failure = await Assert.ThrowsAsync<SocketException>(() => ReadToEndAsync());
        Assert.Equal(SocketError.ConnectionReset, failure.SocketErrorCode);
    }

    /// <summary>Ends with a reset instead of a FIN.</summary>
    public void Reset()
    {
        Socket.LingerState = new LingerOption(enable: true, 0);
        Socket.Dispose();
    }

    public void Dispose() => Socket.Dispose();

    private async Task ReadToEndAsync(Stream into, TimeSpan? within = null)
    {
        var buffer = new byte[64 << 10];
        while (await Socket.ReceiveAsync(buffer, Cancelled).AsTask().WaitAsync(within ?? TimeSpan.FromSeconds(30), Cancelled) is > 0 and var read)
        {
            into.Write(buffer, 0, read);
        }
    }
}

/// <summary>What tests of channels ask a running service.</summary>
internal static class ChannelQuestions
{
    public static Channel Channel(this ServiceFixture service, string name = "echo") =>
        service.Services.GetRequiredService<ChannelTable>().Find(name) ?? throw new ArgumentException($"No channel {name}.", nameof(name));

    public static IReadOnlyList<Channel> Channels(this ServiceFixture service) => service.Services.GetRequiredService<ChannelTable>().All;

    public static int PortOf(this ServiceFixture service, string channel) => service.Channel(channel).Port;

    /// <summary>Waits until <paramref name="count"/> connections have ended for this reason.</summary>
    public static Task HasClosedAsync(this ServiceFixture service, CloseReason reason, long count = 1, string channel = "echo") =>
        Eventually.True(() => service.Channel(channel).Counters.Closed(reason) == count, $"{count} closed with {reason}; there are {service.Closes(channel)}");

    public static string Closes(this ServiceFixture service, string channel = "echo") => string.Join(
        ", ",
        Enum.GetValues<CloseReason>().Select(reason => (reason, n: service.Channel(channel).Counters.Closed(reason))).Where(c => c.n > 0).Select(c => $"{c.n} {c.reason}"));
}
