using EchoService.Tests.Testing;
using EchoService.WebTests.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace EchoService.WebTests.Auth;

/// <summary>Pages of a service that has keys.</summary>
public sealed class KeyTests(Browser browser)
{
    [Fact]
    public async Task AKeyIsAskedForAndAcceptedAndTheSessionEnded()
    {
        var key = new TestKey(0, "ada", "downloads:read", "downloads:write", "tcp:read");
        using var service = new ServiceFixture([.. key.Settings, DownloadsClient.Loopback]);
        browser.Origin.On("/with-key", OriginAnswer.File(1, 10));
        await using var open = await browser.OpenAsync(service, "/");
        var dialog = open.Page.GetByRole(AriaRole.Dialog, new() { Name = "A key is needed" });
        await Expect(dialog).ToBeVisibleAsync();
        await Expect(dialog).ToHaveCountAsync(1);
        await open.HasNoAccessibilityViolationsAsync();
        await open.Page.GetByLabel("API key").FillAsync("wrong");
        await open.Page.Keyboard.PressAsync("Enter");
        await Expect(dialog.GetByRole(AriaRole.Alert)).ToHaveTextAsync("This is no key of the service.");
        await open.Page.GetByLabel("API key").FillAsync(key.Text);
        await open.Page.Keyboard.PressAsync("Enter");
        await Expect(dialog).ToHaveCountAsync(0);
        await Expect(open.Page.GetByText("No downloads yet")).ToBeVisibleAsync();
        await Expect(open.Page.GetByText("ada", new() { Exact = true })).ToBeVisibleAsync();

        // Events, links and pages go by the session.
        await open.Page.GetByLabel("URLs, one a line").FillAsync(browser.Origin.Url("/with-key").AbsoluteUri);
        await open.Button("Start download").ClickAsync();
        await open.Page.Locator("job-row a").ClickAsync();
        await Expect(open.Page.Locator(".percent")).ToHaveTextAsync("100%");
        await open.Page.RunAndWaitForDownloadAsync(() => open.Link("Save with-key").ClickAsync());

        await open.Button("Sign out").ClickAsync();
        await Expect(dialog).ToBeVisibleAsync();
        await open.Button("Not now").ClickAsync();
        await Expect(open.Button("Sign in")).ToBeVisibleAsync();
        await Expect(open.Page.GetByRole(AriaRole.Alert).Filter(new() { HasText = "A valid API key is needed" })).ToBeVisibleAsync();
        Assert.Empty(open.UnprovokedComplaints());
    }

    [Fact]
    public async Task WhatTheKeyMayNotDoIsTold()
    {
        var key = new TestKey(0, "reader", "tcp:read");
        using var service = new ServiceFixture(key.Settings);
        await using var open = await browser.OpenAsync(service, "/tcp");
        await open.Page.GetByLabel("API key").FillAsync(key.Text);
        await open.Page.Keyboard.PressAsync("Enter");
        await open.Button("Faults of echo").ClickAsync();
        await open.Button("Apply").ClickAsync();
        await Expect(open.Page.GetByText("The API key lacks the scope tcp:write.")).ToBeVisibleAsync();
        Assert.Empty(open.UnprovokedComplaints());
    }
}
