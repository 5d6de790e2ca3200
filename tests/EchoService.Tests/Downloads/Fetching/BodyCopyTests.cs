using System.Security.Cryptography;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Downloads.Fetching;

/// <summary>How a body is handed over to who writes it.</summary>
public sealed class BodyCopyTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WhatTheWriterThrowsComesOutUnchanged()
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.On("/x", OriginAnswer.File(1, 1000));
        using var fetcher = FetchFixture.Fetcher();
        await using var response = await fetcher.OpenAsync(FetchFixture.Request(origin.Url("/x")), Token);
        var full = new IOException("No space left on device");
        Assert.Same(full, await Assert.ThrowsAsync<IOException>(() => response.CopyToAsync((_, _) => throw full, Token)));
    }

    [Theory]
    [InlineData(20_000)]
    [InlineData(20_000_000)]
    public async Task AWriterThatFailsWhileTheRestIsWaitedForEndsTheFetchAtOnce(long length)
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.On("/x", OriginAnswer.File(3, length) with { HangAfter = 5_000 });
        origin.On("/y", OriginAnswer.File(4, 100_000));
        using var fetcher = FetchFixture.Fetcher();
        await using (var response = await fetcher.OpenAsync(FetchFixture.Request(origin.Url("/x")), Token))
        {
            var full = new IOException("No space left on device");
            var copying = response.CopyToAsync(
                async (_, _) =>
                {
                    await Task.Yield();
                    throw full;
                },
                Token);
            Assert.Same(full, await Assert.ThrowsAsync<IOException>(() => copying.WaitAsync(TimeSpan.FromSeconds(20), Token)));
        }

        Assert.Equal(origin.Sha256("/y"), (await fetcher.FetchAsync(origin.Url("/y"))).Sha256);
    }

    [Fact]
    public async Task KeepsNothingOfAShortBodyBackWhileItWaitsForTheRest()
    {
        var gate = new TaskCompletionSource();
        await using var origin = await Origin.StartAsync(Token);
        origin.On("/x", OriginAnswer.File(3, 20_000) with { PauseAfter = 5_000, PauseGate = gate.Task });
        using var fetcher = FetchFixture.Fetcher();
        await using var response = await fetcher.OpenAsync(FetchFixture.Request(origin.Url("/x")), Token);
        var count = 0;
        var error = await response.CopyToAsync(
            (bytes, _) =>
            {
                count += bytes.Length;
                if (count == 5_000)
                {
                    gate.SetResult();
                }

                return ValueTask.CompletedTask;
            },
            Token);
        Assert.Equal((null, 20_000), (error, count));
    }

    [Theory]
    [InlineData(20_000, true)]
    [InlineData(5_000_000, true)]
    [InlineData(5_000_000, false)]
    public async Task APieceStaysAsItIsUntilItsWriterIsThrough(long length, bool announced)
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.On("/x", OriginAnswer.File(3, length) with { AnnounceLength = announced });
        using var fetcher = FetchFixture.Fetcher();
        await using var response = await fetcher.OpenAsync(FetchFixture.Request(origin.Url("/x")), Token);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var writers = 0;
        var error = await response.CopyToAsync(
            async (bytes, _) =>
            {
                Assert.Equal(1, Interlocked.Increment(ref writers));
                var before = bytes.ToArray();
                for (var i = 0; i < 100; i++)
                {
                    await Task.Yield();
                }

                Assert.True(bytes.Span.SequenceEqual(before));
                hash.AppendData(bytes.Span);
                Interlocked.Decrement(ref writers);
            },
            Token);
        Assert.Equal((null, origin.Sha256("/x")), (error, Convert.ToHexStringLower(hash.GetHashAndReset())));
    }

    [Fact]
    public async Task ReadsALongBodyWithoutHoldingIt()
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.On("/x", OriginAnswer.File(9, 64 << 20));
        using var fetcher = FetchFixture.Fetcher();
        await fetcher.FetchAsync(origin.Url("/x"));
        await using var response = await fetcher.OpenAsync(FetchFixture.Request(origin.Url("/x")), Token);
        var largest = 0;
        Assert.Null(await response.CopyToAsync(
            (bytes, _) =>
            {
                largest = Math.Max(largest, bytes.Length);
                return ValueTask.CompletedTask;
            },
            Token));
        Assert.InRange(largest, 1, 1 << 20);
    }
}
