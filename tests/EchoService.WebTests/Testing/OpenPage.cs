using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace EchoService.WebTests.Testing;

/// <summary>A page, and what the browser complained of while it was open (script errors, breaches of the content policy).</summary>
public sealed class OpenPage : IAsyncDisposable
{
    private readonly IBrowserContext _context;

    public OpenPage(IBrowserContext context, IPage page)
    {
        (_context, Page) = (context, page);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                Complaints.Add(message.Text);
            }
        };
        page.PageError += (_, error) => Complaints.Add(error);
        page.Request += (_, request) => Requests.Add(request);
    }

    public IPage Page { get; }

    public List<string> Complaints { get; } = [];

    /// <summary>All that the page has asked for.</summary>
    public List<IRequest> Requests { get; } = [];

    public ILocator Button(string name) => Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    public ILocator Link(string name) => Page.GetByRole(AriaRole.Link, new() { Name = name, Exact = true });

    /// <summary>Complaints but for the lines that the browser itself writes for answers from 400 on, which a test has provoked.</summary>
    public IEnumerable<string> UnprovokedComplaints() =>
        Complaints.Where(complaint => !complaint.StartsWith("Failed to load resource: the server responded with a status of 4", StringComparison.Ordinal));

    /// <summary>Goes on by the Tab key until this has the focus.</summary>
    public async Task TabToAsync(ILocator element)
    {
        for (var steps = 0; !await element.EvaluateAsync<bool>("element => element === document.activeElement"); steps++)
        {
            Assert.True(steps < 60, $"{element} is not reached by the Tab key.");
            await Page.Keyboard.PressAsync("Tab");
        }
    }

    /// <summary>Fails with the rules that axe finds broken, and where.</summary>
    public async Task HasNoAccessibilityViolationsAsync()
    {
        var result = await Page.RunAxe();
        Assert.NotEmpty(result.Passes);
        Assert.Empty(result.Violations.Select(violation =>
            $"{violation.Id}: {violation.Help} at {string.Join(", ", violation.Nodes.Take(3).Select(node => node.Html))}"));
    }

    /// <summary>Fails when the page is wider than its window.</summary>
    public async Task HasNoSidewaysScrollAsync() => Assert.Equal(
        await Page.EvaluateAsync<int>("innerWidth"), await Page.EvaluateAsync<int>("document.documentElement.scrollWidth"));

    /// <summary>Kept where ECHOSERVICE_SCREENSHOTS names a folder, for a person to look at.</summary>
    public async Task PhotographAsync(string name)
    {
        if (Environment.GetEnvironmentVariable("ECHOSERVICE_SCREENSHOTS") is { Length: > 0 } folder)
        {
            await Page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{name}.png") });
        }
    }

    public ValueTask DisposeAsync() => _context.DisposeAsync();
}
