using System.Net;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Http;

public sealed class HelloTests
{
    [Theory]
    [InlineData("/hello/World", "Hello, World")]
    [InlineData("/hello", "Hello, Anonymous")]
    public async Task GreetsByName(string path, string expected)
    {
        using var service = new ServiceFixture();
        using var client = service.CreateClient();
        Assert.Equal(expected, await client.GetStringAsync(path, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("/hello")]
    [InlineData("/metrics")]
    [InlineData("/downloads")]
    public async Task HeadIsAnsweredAsGetIsWithoutTheBody(string path)
    {
        using var service = new ServiceFixture();
        using var client = service.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Head, path);
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }
}
