using System.Text.Json;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Http;

public sealed class ApiDescriptionTests
{
    [Fact]
    public async Task DescribesEveryRoute()
    {
        using var service = new ServiceFixture();
        using var client = service.CreateClient();
        using var document = JsonDocument.Parse(await client.GetStringAsync("/openapi/v1.json", TestContext.Current.CancellationToken));
        Assert.StartsWith("3.", document.RootElement.GetProperty("openapi").GetString(), StringComparison.Ordinal);
        Assert.True(document.RootElement.GetProperty("paths").TryGetProperty("/hello/{name}", out _));
    }

    [Theory]
    [InlineData("/docs/index.html")]
    [InlineData("/docs/index.js")]
    public async Task ThePageNeedsNothingFromOutside(string path)
    {
        using var service = new ServiceFixture();
        using var client = service.CreateClient();
        var text = await client.GetStringAsync(path, TestContext.Current.CancellationToken);
        Assert.DoesNotContain("src=\"http", text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("href=\"http", text, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("/docs/swagger-ui-bundle.js")]
    [InlineData("/docs/swagger-ui-standalone-preset.js")]
    [InlineData("/docs/swagger-ui.css")]
    public async Task BringsThePagesOwnParts(string path)
    {
        using var service = new ServiceFixture();
        using var client = service.CreateClient();
        Assert.NotEmpty(await client.GetByteArrayAsync(path, TestContext.Current.CancellationToken));
    }
}
