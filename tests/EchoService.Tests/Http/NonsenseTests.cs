using System.Globalization;
using System.Net.Http.Headers;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Http;

/// <summary>Text that is no text, and JSON that says a thing twice.</summary>
public sealed class NonsenseTests(NonsenseTests.Shared shared) : IClassFixture<NonsenseTests.Shared>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("POST", "/downloads", """{"urls": ["\ud800"]}""", 202, null)]
    [InlineData("POST", "/downloads", """{"\ud800": 1, "urls": ["x"]}""", 400, "malformedJson")]
    [InlineData("POST", "/downloads", """{"urls": ["x"], "name": "\ud800"}""", 400, "invalidOptions")]
    [InlineData("POST", "/downloads", """{"urls": ["x"], "name": "a\u0000b"}""", 400, "invalidOptions")]
    [InlineData("POST", "/downloads", """{"urls": ["x"], "headers": {"\ud800": "a"}}""", 400, "invalidOptions")]
    [InlineData("POST", "/downloads", """{"urls": ["x"], "urls": ["y"]}""", 400, "malformedJson")]
    [InlineData("POST", "/downloads", """{"urls": ["x"], "name": "a", "name": "b"}""", 400, "malformedJson")]
    [InlineData("POST", "/downloads", "{\"urls\": [\"<C0><AF>\"]}", 202, null)]
    [InlineData("POST", "/downloads", "{\"urls\": [\"x\"], \"<C0><AF>\": 1}", 400, "malformedJson")]
    [InlineData("POST", "/downloads", "{\"urls\": [\"x\"], \"name\": \"<C0><AF>\"}", 400, "malformedJson")]
    [InlineData("POST", "/downloads", "{\"urls\": [\"http://a/<00>\"]}", 400, "malformedJson")]
    [InlineData("POST", "/fetch", """{"url": "\ud800"}""", 400, "malformedJson")]
    [InlineData("POST", "/fetch", """{"url": "http://a\u0000/"}""", 400, "invalidUrl")]
    [InlineData("POST", "/fetch", """{"url": "http://a.invalid/", "url": "http://b.invalid/"}""", 400, "malformedJson")]
    [InlineData("POST", "/fetch", "{\"url\": \"http://<C0><AF>/\"}", 400, "malformedJson")]
    [InlineData("POST", "/fetch", "null", 400, null)]
    [InlineData("PUT", "/tcp/channels/echo/faults", """[{"type": "\ud800"}]""", 400, "malformedJson")]
    [InlineData("PUT", "/tcp/channels/echo/faults", """[{"\ud800": 1}]""", 400, "malformedJson")]
    [InlineData("PUT", "/tcp/channels/echo/faults", """[{"type": "Latency", "type": "Reset", "delayMs": 1}]""", 400, "malformedJson")]
    [InlineData("PUT", "/tcp/channels/echo/faults", """[{"type": "Lat\u0000ency"}]""", 400, "invalidRequest")]
    [InlineData("GET", "/downloads?state=%00", null, 400, "invalidRequest")]
    [InlineData("GET", "/downloads?cursor=%C0%AF", null, 400, "invalidRequest")]
    [InlineData("GET", "/downloads/%ED%A0%80", null, 404, "notFound")]
    [InlineData("GET", "/tcp/%C0%AF", null, 404, "notFound")]
    public async Task NonsenseIsToldWhatItIs(string method, string path, string? body, int status, string? code)
    {
        using var http = shared.Service.CreateClient();
        var url = new Uri(http.BaseAddress!.GetLeftPart(UriPartial.Authority) + path, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        using var request = new HttpRequestMessage(new HttpMethod(method), url);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Raw(body));
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        using var response = await http.SendAsync(request, Token);
        Assert.True((int)response.StatusCode == status, $"{response.StatusCode}: {await response.Content.ReadAsStringAsync(Token)}");
        if (status >= 400)
        {
            var told = await ProblemCheck.CodeAsync(response);
            Assert.True(code is null || told == code, $"{told} in place of {code}");
        }
    }

    /// <summary><c>&lt;C0&gt;</c> stands for that byte.</summary>
    private static byte[] Raw(string text)
    {
        var bytes = new List<byte>();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '<')
            {
                bytes.Add(byte.Parse(text.AsSpan(i + 1, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
                i += 3;
            }
            else
            {
                bytes.Add((byte)text[i]);
            }
        }

        return [.. bytes];
    }

    /// <summary>One service for all of them: none of them changes anything for the others.</summary>
    public sealed class Shared : IDisposable
    {
        public ServiceFixture Service { get; } = new();

        public void Dispose() => Service.Dispose();
    }
}
