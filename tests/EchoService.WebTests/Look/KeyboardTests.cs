using EchoService.Tests.Testing;
using EchoService.WebTests.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace EchoService.WebTests.Look;

/// <summary>Everything without a mouse: Tab, Enter, Escape, arrows.</summary>
public sealed class KeyboardTests(Browser browser)
{
    [Fact]
    public async Task AListIsPostedFilteredTriedAgainAndDeleted()
    {
        browser.Origin.On("/keys/late", OriginAnswer.Error(404), OriginAnswer.File(2, 700)).On("/keys/good", OriginAnswer.File(1, 10));
        using var service = new ServiceFixture(DownloadsClient.Loopback);
        await using var open = await browser.OpenAsync(service, "/");
        var keys = open.Page.Keyboard;
        await open.TabToAsync(open.Page.GetByLabel("URLs, one a line"));
        await keys.TypeAsync($"{browser.Origin.Url("/keys/late")}\n{browser.Origin.Url("/keys/good")}");
        await open.TabToAsync(open.Button("Start download"));
        await keys.PressAsync("Enter");
        await Expect(open.Page.Locator("job-row")).ToContainTextAsync("1 failed");
        await open.TabToAsync(open.Page.Locator("job-row a"));
        await keys.PressAsync("Enter");

        await Expect(open.Page.Locator("item-table tbody tr")).ToHaveCountAsync(2);
        await open.TabToAsync(open.Button("Retry failed"));
        await keys.PressAsync("Enter");
        await Expect(open.Page.Locator(".tile.done b")).ToHaveTextAsync("2");
        await open.TabToAsync(open.Page.Locator(".tile.done"));
        await keys.PressAsync("Space");
        await Expect(open.Page.Locator(".tile.done")).ToHaveAttributeAsync("aria-pressed", "true");
        await open.TabToAsync(open.Link("Save good"));
        await open.Page.RunAndWaitForDownloadAsync(() => keys.PressAsync("Enter"));

        await open.TabToAsync(open.Button("Delete"));
        await keys.PressAsync("Enter");
        await open.TabToAsync(open.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Delete" }));
        await keys.PressAsync("Enter");
        await Expect(open.Page.GetByText("No downloads yet")).ToBeVisibleAsync();
        Assert.Empty(open.Complaints);
    }

    [Fact]
    public async Task AFaultIsSetAndAChannelTalkedTo()
    {
        using var service = new ServiceFixture();
        await using var open = await browser.OpenAsync(service, "/tcp");
        var keys = open.Page.Keyboard;
        await Expect(open.Button("Faults of echo")).ToBeVisibleAsync();
        await open.TabToAsync(open.Button("Faults of echo"));
        await keys.PressAsync("Enter");
        await open.TabToAsync(open.Button("Add a fault"));
        await keys.PressAsync("Enter");
        var type = open.Page.GetByLabel("Type");
        await Expect(type).ToBeFocusedAsync();
        for (var steps = 0; steps < 20 && await type.InputValueAsync() != "LimitData"; steps++)
        {
            await keys.PressAsync("ArrowDown");
        }

        await Expect(type).ToHaveValueAsync("LimitData");
        await open.TabToAsync(open.Page.GetByLabel("Bytes"));
        await keys.TypeAsync("3");
        await keys.PressAsync("Enter");
        await Expect(open.Button("1 fault of echo")).ToBeVisibleAsync();
        await open.TabToAsync(open.Button("Talk to echo"));
        await keys.PressAsync("Enter");
        await Expect(open.Page.GetByLabel("Line to send")).ToBeFocusedAsync();
        await keys.TypeAsync("Hello\n");
        await Expect(open.Page.Locator(".output .received")).ToHaveTextAsync("Ech");
        Assert.Empty(open.Complaints);
    }
}
