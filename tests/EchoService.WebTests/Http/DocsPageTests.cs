using EchoService.WebTests.Testing;

namespace EchoService.WebTests.Http;

/// <summary>The API's pages under their content policy, in a real browser.</summary>
public sealed class DocsPageTests(Browser browser)
{
    [Fact]
    public async Task ShowsEveryGroupAndTriesAnOperationWithoutBreakingItsPolicy()
    {
        await using var docs = await browser.OpenAsync("/docs/index.html");
        await docs.Page.GetByText("/hello/{name}").First.ClickAsync();
        await docs.Page.GetByText("Try it out").ClickAsync();
        await docs.Page.GetByPlaceholder("name").FillAsync("World");
        await docs.Page.GetByText("Execute").ClickAsync();
        await docs.Page.GetByText("Hello, World").First.WaitForAsync();
        await docs.PhotographAsync("docs");
        Assert.Empty(docs.Complaints);
    }
}
