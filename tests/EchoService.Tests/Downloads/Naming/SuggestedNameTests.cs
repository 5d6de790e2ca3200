using EchoService.Downloads.Naming;

namespace EchoService.Tests.Downloads.Naming;

public sealed class SuggestedNameTests
{
    [Theory]
    [InlineData("http://python.org", "text/html; charset=utf-8", "python.org.html")]
    [InlineData("https://docs.python.org/3/library/asyncio", "text/html", "asyncio.html")]
    [InlineData("http://packtpub.com/", "TEXT/HTML", "packtpub.com.html")]
    [InlineData("http://h/flags/ad/ad.gif", "image/gif", "ad.gif")]
    [InlineData("http://h/ad.gif", "text/html", "ad.gif")]
    [InlineData("http://h/ad.GIF?x=y.txt#z", "image/gif", "ad.GIF")]
    [InlineData("http://h/v1.2", "application/json", "v1.2.json")]
    [InlineData("http://h/index.php", "text/html", "index.php.html")]
    [InlineData("http://h/data", "application/problem+json", "data.json")]
    [InlineData("http://h/data", "application/octet-stream", "data")]
    [InlineData("http://h/data", null, "data")]
    [InlineData("http://h/a.tar.gz", "application/x-gzip", "a.tar.gz")]
    [InlineData("http://h/docs/", "text/html", "docs.html")]
    [InlineData("http://h/a%20b%C3%A4.txt", null, "a bä.txt")]
    [InlineData("http://h/%2e%2e%2fetc%2fpasswd", "text/plain", "_._etc_passwd.txt")]
    [InlineData("http://h/..%5c..%5cboot.ini", "text/plain", "_._.._boot.ini.txt")]
    [InlineData("http://h/%ff", null, "%ff")]
    [InlineData("http://[::1]:8080/", "text/html", "__1.html")]
    [InlineData("http://BÜCHER.example/", "text/html", "xn--bcher-kva.example.html")]
    public void FollowsFromSegmentHostAndType(string url, string? contentType, string expected) =>
        Assert.Equal(expected, SuggestedName.For(new Uri(url), null, contentType));

    [Theory]
    [InlineData("attachment; filename=report", "report")]
    [InlineData("attachment; filename=\"a/b/c.gif\"", "c.gif")]
    [InlineData("attachment; filename*=UTF-8''foo-a%cc%88.html", "foo-ä.html")]
    [InlineData("attachment; filename=\"..\"", "segment.html")]
    [InlineData("attachment; filename=", "segment.html")]
    public void TheHeadersNameGoesFirstAndStaysAsItIs(string header, string expected) =>
        Assert.Equal(expected, SuggestedName.For(new Uri("http://h/segment"), header, "text/html"));

    [Theory]
    [InlineData(250)]
    [InlineData(255)]
    [InlineData(300)]
    public void TheAddedExtensionFitsToo(int length)
    {
        var name = SuggestedName.For(new Uri($"http://h/{new string('x', length)}"), null, "text/html");
        Assert.Equal(255, name.Length);
        Assert.EndsWith("x.html", name, StringComparison.Ordinal);
    }
}
