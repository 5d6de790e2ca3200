using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text;
using EchoService.Tcp.Sockets;
using EchoService.Tests.Testing;
using Microsoft.AspNetCore.Connections;

namespace EchoService.Tests.Tcp.Sockets;

/// <summary>The epoll transport is a pipe to those who use it: what they rely on, shown on a real socket.</summary>
[SupportedOSPlatform("linux")]
public sealed class PolledConnectionTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WhatWasLeftComesAgainTogetherWithWhatFollows(bool runsInline)
    {
        await using var pair = await PolledPair.ConnectAsync(runsInline);
        var input = pair.Connection.Transport.Input;
        await pair.Client.SendAsync("abcdef");
        var result = await input.ReadAsync(Cancelled);
        input.AdvanceTo(result.Buffer.GetPosition(2), result.Buffer.End);
        var next = input.ReadAsync(Cancelled).AsTask();
        Assert.False(next.IsCompleted);
        await pair.Client.SendAsync("ghi");
        result = await next;
        Assert.Equal("cdefghi", Text(result));
        input.AdvanceTo(result.Buffer.GetPosition(1));
        Assert.Equal("defghi", Text(await input.ReadAsync(Cancelled))); // not examined: at once
    }

    [Fact]
    public async Task ARestGrowsAsLongAsTheReaderLeavesIt()
    {
        await using var pair = await PolledPair.ConnectAsync();
        var input = pair.Connection.Transport.Input;
        var bytes = new byte[300_000];
        new Random(7).NextBytes(bytes);
        var sending = pair.Client.SendAsync(bytes);
        ReadResult result;
        while ((result = await input.ReadAsync(Cancelled)).Buffer.Length < bytes.Length)
        {
            input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }

        Assert.True(result.Buffer.ToArray().AsSpan().SequenceEqual(bytes));
        await sending;
    }

    [Fact]
    public async Task ACancelledReadShowsWhatIsThereAndTheNextGoesOn()
    {
        await using var pair = await PolledPair.ConnectAsync();
        var input = pair.Connection.Transport.Input;
        await pair.Client.SendAsync("abc");
        var result = await input.ReadAsync(Cancelled);
        input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        var waiting = input.ReadAsync(Cancelled).AsTask();
        input.CancelPendingRead();
        result = await waiting;
        Assert.Equal((true, "abc"), (result.IsCanceled, Text(result)));
        input.AdvanceTo(result.Buffer.End);

        input.CancelPendingRead(); // nobody reads: it is for the next one
        Assert.True((await input.ReadAsync(Cancelled)).IsCanceled);
        await pair.Client.SendAsync("d");
        Assert.Equal("d", Text(await input.ReadAsync(Cancelled)));
    }

    [Fact]
    public async Task ATokenEndsOneReadAndLosesNothing()
    {
        await using var pair = await PolledPair.ConnectAsync();
        var input = pair.Connection.Transport.Input;
        using var source = new CancellationTokenSource();
        var waiting = input.ReadAsync(source.Token).AsTask();
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await waiting);
        await pair.Client.SendAsync("abc");
        Assert.Equal("abc", Text(await input.ReadAsync(Cancelled)));
    }

    [Fact]
    public async Task TheClientsFinEndsTheInputAndTheOutputStaysOpen()
    {
        await using var pair = await PolledPair.ConnectAsync();
        await pair.Client.SendAsync("abc");
        pair.Client.HalfClose();
        var input = pair.Connection.Transport.Input;
        var result = await input.ReadAsync(Cancelled);
        Assert.Equal("abc", Text(result));
        input.AdvanceTo(result.Buffer.End);
        Assert.True((await input.ReadAsync(Cancelled)).IsCompleted);
        Assert.False((await pair.Connection.Transport.Output.WriteAsync("late"u8.ToArray(), Cancelled)).IsCompleted);
        ((PolledConnection)pair.Connection).Socket.Shutdown(SocketShutdown.Send);
        Assert.Equal("late", await pair.Client.ReadTextToEndAsync());
    }

    /// <summary>Both ways to write: from the caller's own memory, and from what the writer lent.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AFlushThatIsCancelledLosesAndRepeatsNothing(bool direct)
    {
        await using var pair = await PolledPair.ConnectAsync();
        var output = pair.Connection.Transport.Output;
        var bytes = new byte[32 << 20]; // more than the kernel takes for a client that does not read
        new Random(5).NextBytes(bytes);
        Task<FlushResult> flush;
        if (direct)
        {
            var own = bytes.ToArray();
            flush = output.WriteAsync(own, Cancelled).AsTask();
            Assert.False(flush.IsCompleted);
            output.CancelPendingFlush();
            Assert.True((await flush).IsCanceled);
            Array.Clear(own); // the caller has its memory back
        }
        else
        {
            output.Write(bytes);
            flush = output.FlushAsync(Cancelled).AsTask();
            Assert.False(flush.IsCompleted);
            output.CancelPendingFlush();
            Assert.True((await flush).IsCanceled);
        }

        output.Write("end"u8);
        flush = output.FlushAsync(Cancelled).AsTask();
        var received = await pair.Client.ReadAsync(bytes.Length + 3);
        Assert.False((await flush).IsCompleted);
        Assert.True(received.AsSpan(0, bytes.Length).SequenceEqual(bytes));
        Assert.Equal("end", Encoding.ASCII.GetString(received, bytes.Length, 3));
    }

    [Fact]
    public async Task AResetFailsTheReadAndCompletesTheFlushThatWait()
    {
        await using var pair = await PolledPair.ConnectAsync();
        var (input, output) = (pair.Connection.Transport.Input, pair.Connection.Transport.Output);
        output.Write(new byte[32 << 20]);
        var flush = output.FlushAsync(Cancelled).AsTask();
        var read = input.ReadAsync(Cancelled).AsTask();
        Assert.False(flush.IsCompleted);
        pair.Client.Reset();
        await Assert.ThrowsAsync<ConnectionResetException>(async () => await read);
        Assert.True((await flush).IsCompleted);
        await Assert.ThrowsAsync<ConnectionResetException>(async () => await input.ReadAsync(Cancelled));
        Assert.True((await output.WriteAsync("x"u8.ToArray(), Cancelled)).IsCompleted);
    }

    [Fact]
    public async Task AnAbortIsAResetToTheClientAndEndsWhatWaits()
    {
        await using var pair = await PolledPair.ConnectAsync();
        var read = pair.Connection.Transport.Input.ReadAsync(Cancelled).AsTask();
        pair.Connection.Abort();
        await Assert.ThrowsAsync<ConnectionAbortedException>(async () => await read);
        await pair.Client.ExpectResetAsync();
    }

    [Fact]
    public async Task ManyThatComeAndGoGetNoNewsOfEachOther()
    {
        using var service = new ServiceFixture(("Logging:LogLevel:EchoService.Tcp", "Warning"));
        await Parallel.ForAsync(0, 500, new ParallelOptions { MaxDegreeOfParallelism = 50, CancellationToken = Cancelled }, async (n, _) =>
        {
            using var client = await TcpPeer.ConnectAsync(service);
            await client.SendAsync($"{n}\n");
            await client.ExpectAsync($"Echoed back: {n}\n");
            if (n % 3 == 0)
            {
                client.Reset();
            }
        });
        await Eventually.True(() => service.Channel().Counters.Active == 0, "none active");
        Assert.Equal(500, service.Channel().Counters.Opened);
    }

    private static string Text(ReadResult result) => Encoding.ASCII.GetString(result.Buffer);
}
