using EchoService.Downloads.Fetching;

namespace EchoService.Tests.Downloads.Fetching;

public sealed class FetchUrlTests
{
    [Theory]
    [InlineData("http://Example.COM", "http://example.com/", "example.com:80")]
    [InlineData("HTTPS://example.com:443/A?b#c", "https://example.com/A?b", "example.com:443")]
    [InlineData("http://example.com.:8080/", "http://example.com:8080/", "example.com:8080")]
    [InlineData("http://bücher.example/ä", "http://xn--bcher-kva.example/%C3%A4", "xn--bcher-kva.example:80")]
    [InlineData("http://①②⑦.0.0.1/", "http://127.0.0.1/", "127.0.0.1:80")]
    [InlineData("http://0x7f.1:81/", "http://127.0.0.1:81/", "127.0.0.1:81")]
    [InlineData("http://[::1]:8080/", "http://[::1]:8080/", "[::1]:8080")]
    [InlineData("http://[2001:DB8::1]/", "http://[2001:db8::1]/", "[2001:db8::1]:80")]
    [InlineData(" http://h/a b\t", "http://h/a%20b", "h:80")]
    [InlineData("http://h/%2F%41?q=%zz", "http://h/%2FA?q=%25zz", "h:80")]
    public void NormalisesWhatIsFetched(string text, string url, string host)
    {
        Assert.True(FetchUrl.TryParse(text, out var parsed, out var reason), reason);
        Assert.Equal((url, host), (parsed.AbsoluteUri, FetchUrl.HostKey(parsed)));
        Assert.True(FetchUrl.TryParse(parsed.AbsoluteUri, out var again, out _));
        Assert.Equal(parsed, again);
    }

    [Theory]
    [InlineData("", "The URL is empty.")]
    [InlineData(" \r\n", "The URL is empty.")]
    [InlineData(null, "The URL is empty.")]
    [InlineData("not a url", "This is no absolute http or https URL.")]
    [InlineData("example.com/x", "This is no absolute http or https URL.")]
    [InlineData("/etc/passwd", "This is no absolute http or https URL.")]
    [InlineData("//example.com/x", "This is no absolute http or https URL.")]
    [InlineData("http://", "This is no absolute http or https URL.")]
    [InlineData("http://h:99999/", "This is no absolute http or https URL.")]
    [InlineData("http://h:0/", "The URL's host or port is not valid.")]
    [InlineData("file:///etc/passwd", "Only http and https URLs are fetched.")]
    [InlineData("gopher://h/", "Only http and https URLs are fetched.")]
    [InlineData("ftp://h/", "Only http and https URLs are fetched.")]
    [InlineData("javascript:alert(1)", "Only http and https URLs are fetched.")]
    [InlineData("http://user@h/", "The URL holds user information.")]
    [InlineData("http://user:secret@h/", "The URL holds user information.")]
    [InlineData("http://h/a\u0000b", "The URL holds control characters.")]
    [InlineData("http://h/a\r\nHost: x", "The URL holds control characters.")]
    public void SaysWhyAUrlIsRefused(string? text, string expected)
    {
        Assert.False(FetchUrl.TryParse(text, out _, out var reason));
        Assert.Equal(expected, reason);
    }

    [Theory]
    [InlineData(8192, true)]
    [InlineData(8193, false)]
    public void TheLengthIsBounded(int length, bool fits) =>
        Assert.Equal(fits, FetchUrl.TryParse("http://h/".PadRight(length, 'x'), out _, out _));

    [Fact]
    public void EscapingCountsTowardsTheLength() => Assert.False(FetchUrl.TryParse("http://h/" + new string('ä', 2000), out _, out _));
}
