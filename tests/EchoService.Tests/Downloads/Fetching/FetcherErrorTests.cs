using System.Text;
using EchoService.Downloads;
using EchoService.Downloads.Fetching;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Downloads.Fetching;

public sealed class FetcherErrorTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(404, ErrorCode.NotFound, false)]
    [InlineData(410, ErrorCode.NotFound, false)]
    [InlineData(400, ErrorCode.HttpStatus, false)]
    [InlineData(401, ErrorCode.HttpStatus, false)]
    [InlineData(403, ErrorCode.HttpStatus, false)]
    [InlineData(304, ErrorCode.HttpStatus, false)]
    [InlineData(300, ErrorCode.HttpStatus, false)]
    [InlineData(206, ErrorCode.HttpStatus, false)]
    [InlineData(408, ErrorCode.HttpStatus, true)]
    [InlineData(425, ErrorCode.HttpStatus, true)]
    [InlineData(429, ErrorCode.HttpStatus, true)]
    [InlineData(500, ErrorCode.HttpStatus, true)]
    [InlineData(502, ErrorCode.HttpStatus, true)]
    [InlineData(503, ErrorCode.HttpStatus, true)]
    public async Task TellsStatusesApart(int status, ErrorCode code, bool transient)
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.On("/x", OriginAnswer.Error(status));
        using var fetcher = FetchFixture.Fetcher();
        var fetched = await fetcher.FetchAsync(origin.Url("/x"));
        Assert.Equal(new FetchError(code, $"The origin answered with status {status}.", status, transient), fetched.Error);
    }

    [Theory]
    [InlineData("7", 7)]
    [InlineData("100000000000000000000", 3600)]
    [InlineData("soon", null)]
    [InlineData("Sun, 06 Nov 1994 08:49:37 GMT", 0)]
    public async Task CarriesTheOriginsRetryAfter(string header, int? seconds)
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.On("/x", OriginAnswer.Busy(header)).On("/y", OriginAnswer.Busy(header, 500));
        using var fetcher = FetchFixture.Fetcher();
        Assert.Equal(seconds, (int?)(await fetcher.FetchAsync(origin.Url("/x"))).Error!.RetryAfter?.TotalSeconds);
        Assert.Null((await fetcher.FetchAsync(origin.Url("/y"))).Error!.RetryAfter);
    }

    [Fact]
    public async Task ARefusedPortIsConnect()
    {
        using var port = new RefusedPort();
        using var fetcher = FetchFixture.Fetcher();
        var fetched = await fetcher.FetchAsync(port.Url());
        Assert.Equal(new FetchError(ErrorCode.Connect, "The host refused the connection.", Transient: true, Transport: true), fetched.Error);
    }

    [Fact]
    public async Task AHandshakeThatNeverEndsIsConnectAndNotTheAnswersTimeout()
    {
        await using var silent = RawOrigin.Silent();
        using var fetcher = FetchFixture.Fetcher(options => (options.ConnectSeconds, options.FirstByteSeconds) = (2.5, 2));
        var fetched = await fetcher.FetchAsync(new Uri($"https://127.0.0.1:{silent.Port}/"));
        Assert.Equal(new FetchError(ErrorCode.Connect, "The host took too long to connect.", Transient: true, Transport: true), fetched.Error);
    }

    [Fact]
    public async Task ANameThatDoesNotExistIsDns()
    {
        using var fetcher = FetchFixture.Fetcher();
        var fetched = await fetcher.FetchAsync(new Uri("http://nowhere.invalid/"));
        Assert.Equal(new FetchError(ErrorCode.Dns, "The host's name does not exist.", Transport: true), fetched.Error);
    }

    [Theory]
    [InlineData(System.Net.Sockets.SocketError.HostNotFound, false)]
    [InlineData(System.Net.Sockets.SocketError.NoData, false)]
    [InlineData(System.Net.Sockets.SocketError.TryAgain, true)]
    public async Task ResolversFailuresArePermanentOrTemporary(System.Net.Sockets.SocketError failure, bool transient)
    {
        var settings = new FetcherSettings { Resolve = (_, _) => throw new System.Net.Sockets.SocketException((int)failure) };
        using var fetcher = FetchFixture.Fetcher(settings: settings);
        var error = (await fetcher.FetchAsync(new Uri("http://some.example/"))).Error!;
        Assert.Equal((ErrorCode.Dns, transient, true), (error.Code, error.Transient, error.Transport));
    }

    [Fact]
    public async Task AnUntrustedCertificateIsTlsForGood()
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.On("/x", OriginAnswer.Text("x"));
        using var fetcher = FetchFixture.Fetcher(settings: new FetcherSettings());
        var fetched = await fetcher.FetchAsync(origin.SecureUrl("/x"));
        Assert.Equal(new FetchError(ErrorCode.Tls, "The host's certificate is not trusted.", Transport: true), fetched.Error);
        Assert.Equal(0, origin.TotalRequests);
    }

    [Fact]
    public async Task ACertificateForAnotherNameIsTlsForGood()
    {
        await using var origin = await Origin.StartAsync(Token, OriginCertificate.Another);
        using var fetcher = FetchFixture.Fetcher(settings: new FetcherSettings { TrustedRoots = [OriginCertificate.Another] });
        var fetched = await fetcher.FetchAsync(origin.SecureUrl("/x"));
        Assert.Equal(new FetchError(ErrorCode.Tls, "The host's certificate is for another name.", Transport: true), fetched.Error);
    }

    [Fact]
    public async Task PlainTextOnATlsPortIsTls()
    {
        await using var origin = await Origin.StartAsync(Token);
        using var fetcher = FetchFixture.Fetcher();
        Assert.Equal(ErrorCode.Tls, (await fetcher.FetchAsync(new Uri($"https://127.0.0.1:{origin.Port}/"))).Code);
    }

    [Fact]
    public async Task HeadersThatDoNotComeAreTimeout()
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.On("/x", new OriginAnswer { HangBeforeHeaders = true });
        using var fetcher = FetchFixture.Fetcher(options => options.FirstByteSeconds = 0.2);
        var fetched = await fetcher.FetchAsync(origin.Url("/x"));
        Assert.Equal(new FetchError(ErrorCode.Timeout, "The origin did not answer in time.", Transient: true, Transport: true), fetched.Error);
    }

    [Fact]
    public async Task ATransferThatTakesTooLongIsTimeoutWhileItFlows()
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.On("/x", OriginAnswer.Endless() with { DripBytes = 1, DripInterval = TimeSpan.FromMilliseconds(5) });
        using var fetcher = FetchFixture.Fetcher();
        var fetched = await fetcher.FetchAsync(FetchFixture.Request(origin.Url("/x")) with { Timeout = TimeSpan.FromSeconds(2) });
        Assert.Equal(new FetchError(ErrorCode.Timeout, "The transfer took too long.", Transient: true, Transport: true), fetched.Error);
        Assert.NotEqual(0, fetched.Bytes);
    }

    [Fact]
    public async Task ASilentBodyIsStalled()
    {
        // What comes comes with the headers, so that only the silence is waited for.
        await using var origin = RawOrigin.Start(async (stream, token) =>
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{new string('x', 100)}"), token);
            await Task.Delay(Timeout.Infinite, token);
        });
        using var fetcher = FetchFixture.Fetcher(options => options.StallSeconds = 0.3);
        var fetched = await fetcher.FetchAsync(origin.Url());
        Assert.Equal(new FetchError(ErrorCode.Stalled, "The origin stopped sending.", Transient: true, Transport: true), fetched.Error);
        Assert.Equal(100, fetched.Bytes);
    }

    [Fact]
    public async Task ASlowWriterIsNotTheOriginsSilence()
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.On("/x", OriginAnswer.File(1, 300_000));
        using var fetcher = FetchFixture.Fetcher(options => options.StallSeconds = 2);
        await using var response = await fetcher.OpenAsync(FetchFixture.Request(origin.Url("/x")), Token);
        var first = true;
        var error = await response.CopyToAsync(
            async (_, token) =>
            {
                await Task.Delay(first ? 2300 : 0, token);
                first = false;
            },
            Token);
        Assert.Null(error);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\nzz\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n123456\r\n0\r\n\r\n")]
    public async Task ABodyThatIsShortOrBadlyFramedIsTruncated(string answer)
    {
        await using var origin = RawOrigin.Start(answer);
        using var fetcher = FetchFixture.Fetcher();
        var error = (await fetcher.FetchAsync(origin.Url())).Error!;
        Assert.Equal((ErrorCode.Truncated, true, false), (error.Code, error.Transient, error.Transport));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ABodyThatIsCutIsTruncated(bool secure)
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.On("/x", OriginAnswer.File(1, 1000) with { CutAfter = 400 });
        using var fetcher = FetchFixture.Fetcher();
        Assert.Equal(ErrorCode.Truncated, (await fetcher.FetchAsync(secure ? origin.SecureUrl("/x") : origin.Url("/x"))).Code);
    }

    [Fact]
    public async Task WhatFollowsTheAnnouncedLengthIsNotTheBody()
    {
        await using var origin = RawOrigin.Start("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n12345678");
        using var fetcher = FetchFixture.Fetcher();
        var fetched = await fetcher.FetchAsync(origin.Url());
        Assert.Equal((null, 4L), (fetched.Error, fetched.Bytes));
    }

    [Theory]
    [InlineData("", ErrorCode.Connect, true)]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n", ErrorCode.HttpStatus, false)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", ErrorCode.HttpStatus, false)]
    public async Task AnswersThatAreNoneAreTold(string answer, ErrorCode code, bool transient)
    {
        await using var origin = RawOrigin.Start(answer);
        using var fetcher = FetchFixture.Fetcher();
        var error = (await fetcher.FetchAsync(origin.Url())).Error!;
        Assert.Equal((code, transient), (error.Code, error.Transient));
    }

    [Fact]
    public async Task EndlessHeadersAreTooLarge()
    {
        var line = Encoding.ASCII.GetBytes($"X-Filler: {new string('x', 1000)}\r\n");
        await using var origin = RawOrigin.Start(async (stream, token) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\n"u8.ToArray(), token);
            while (true)
            {
                await stream.WriteAsync(line, token);
            }
        });
        using var fetcher = FetchFixture.Fetcher();
        Assert.Equal(new FetchError(ErrorCode.TooLarge, "The response's headers are too large."), (await fetcher.FetchAsync(origin.Url())).Error);
    }

    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 1000)]
    public async Task MoreThanTheLimitIsTooLarge(bool announced, long atMost)
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.On("/x", announced ? OriginAnswer.File(1, 1001) : OriginAnswer.Endless());
        using var fetcher = FetchFixture.Fetcher();
        var fetched = await fetcher.FetchAsync(FetchFixture.Request(origin.Url("/x")) with { MaxBytes = 1000 });
        Assert.Equal(new FetchError(ErrorCode.TooLarge, "The body is larger than 1000 bytes."), fetched.Error);
        Assert.InRange(fetched.Bytes, 0, atMost);
    }

    [Fact]
    public async Task ExactlyTheLimitIsFine()
    {
        await using var origin = await Origin.StartAsync(Token);
        origin.On("/x", OriginAnswer.File(1, 1000));
        using var fetcher = FetchFixture.Fetcher();
        Assert.Null((await fetcher.FetchAsync(FetchFixture.Request(origin.Url("/x")) with { MaxBytes = 1000 })).Error);
    }

    [Fact]
    public async Task BlockedAddressesAreNotConnectedTo()
    {
        await using var origin = await Origin.StartAsync(Token);
        using var fetcher = FetchFixture.Fetcher(options => options.Egress.AllowedNetworks.Clear());
        var fetched = await fetcher.FetchAsync(origin.Url("/x"));
        Assert.Equal((ErrorCode.BlockedAddress, false), (fetched.Code!.Value, fetched.Error!.Transient));
        Assert.Equal(0, origin.TotalRequests);
    }
}
