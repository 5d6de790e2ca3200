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
}
