using EchoService.Tests.Testing;
using EchoService.WebTests.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace EchoService.WebTests.Tcp;

/// <summary>Channels, their connections and their faults on the page.</summary>
public sealed class ChannelPageTests(Browser browser)
{
    [Fact]
    public async Task AChannelTellsWhatItDoesAndHowToReachIt()
    {
        await using var open = await browser.OpenAsync("/tcp", new() { Permissions = ["clipboard-read", "clipboard-write"] });
        var once = Card(open, "once");
        await Expect(once).ToContainTextAsync("Sends back what it receives. Closes after a number of replies.");
        await open.Button("Copy the command for once").ClickAsync();
        var command = await once.Locator(".command code").TextContentAsync();
        Assert.StartsWith($"telnet {browser.Address.DnsSafeHost} ", command, StringComparison.Ordinal);
        Assert.Equal(command, await open.Page.EvaluateAsync<string>("navigator.clipboard.readText()"));
        Assert.Empty(open.Complaints);
    }

    [Fact]
    public async Task AChannelIsTalkedToAndItsEndTold()
    {
        await using var open = await browser.OpenAsync("/tcp");
        await open.Button("Talk to once").ClickAsync();
        await Expect(Output(open)).ToContainTextAsync("Connected to once.");
        await open.Page.Keyboard.TypeAsync("Hello, <b>World</b>!\n");
        await Expect(Output(open)).ToContainTextAsync("Echoed back: Hello, <b>World</b>!");
        await Expect(Output(open)).ToContainTextAsync("Replied (1000).");
        await Expect(open.Button("Connect")).ToBeVisibleAsync();
        await Expect(open.Page.Locator(".output .sent")).ToHaveTextAsync("Hello, <b>World</b>!");

        await open.Page.Keyboard.PressAsync("ArrowUp");
        await Expect(open.Page.GetByLabel("Line to send")).ToHaveValueAsync("Hello, <b>World</b>!");
        await open.Page.Keyboard.PressAsync("Enter");
        await Expect(open.Page.Locator(".output .received")).ToHaveCountAsync(2);
        Assert.Empty(open.Complaints);
    }

    /// <summary>Chargen sends as fast as it can: the conversation stays short and the page answers.</summary>
    [Fact]
    public async Task AChannelThatNeverStopsDoesNotFillThePage()
    {
        using var service = new ServiceFixture(("Tcp:Channels:flood:Port", "0"), ("Tcp:Channels:flood:Kind", "Chargen"));
        await using var open = await browser.OpenAsync(service, "/tcp");
        await open.Button("Talk to flood").ClickAsync();
        await Expect(open.Page.Locator(".output p")).ToHaveCountAsync(500);
        await open.Button("Disconnect").ClickAsync();
        await Expect(open.Button("Connect")).ToBeVisibleAsync();
        await Expect(open.Page.Locator(".output p")).ToHaveCountAsync(500);
        Assert.Empty(open.Complaints);
    }

    [Fact]
    public async Task ConnectionsAreSeenOpenAndClosedWithTheReason()
    {
        using var service = new ServiceFixture();
        await using var open = await browser.OpenAsync(service, "/tcp");
        await Expect(open.Page.GetByText("Nobody is connected")).ToBeVisibleAsync();
        await open.Button("Talk to echo").ClickAsync();
        await open.Page.Keyboard.TypeAsync("Hello\n");
        var row = open.Page.Locator("connection-table tbody tr");
        await Expect(row).ToHaveCountAsync(1);
        await Expect(row).ToContainTextAsync("6 B");
        await Expect(row).ToContainTextAsync("19 B");
        await row.GetByRole(AriaRole.Button).ClickAsync();
        await Expect(Output(open)).ToContainTextAsync("The connection broke (1006).");
        await Expect(open.Page.GetByText("Nobody is connected")).ToBeVisibleAsync();
        await open.Button("Closed lately").ClickAsync();
        await Expect(row).ToHaveCountAsync(1);
        await Expect(row).ToContainTextAsync("Aborted");
        await Expect(row).ToContainTextAsync("echo");
        Assert.Empty(open.Complaints);
    }

    [Fact]
    public async Task FaultsAreSetSeenAndTakenAway()
    {
        using var service = new ServiceFixture(("Tcp:Limits:LingerSeconds", "60")); // a busy browser takes its time to answer a close
        await using var open = await browser.OpenAsync(service, "/tcp");
        await open.Button("Faults of echo").ClickAsync();
        await Expect(open.Page.GetByText("No faults: the channel behaves as it should.")).ToBeVisibleAsync();
        await open.Button("Add a fault").ClickAsync();
        await open.Page.GetByLabel("Type").SelectOptionAsync("LimitData");
        await open.Page.GetByLabel("Bytes").FillAsync("8");
        await open.Button("Apply").ClickAsync();
        await Expect(open.Page.Locator("#toast")).ToHaveTextAsync("Faults of echo are set");
        await Expect(open.Button("1 fault of echo")).ToBeVisibleAsync();

        await open.Button("Talk to echo").ClickAsync();
        await open.Page.Keyboard.TypeAsync("Hello\n");
        await Expect(Output(open)).ToContainTextAsync("Fault (1000).");
        await Expect(open.Page.Locator(".output .received")).ToHaveTextAsync("Echoed b");
        await open.Button("Closed lately").ClickAsync();
        await Expect(open.Page.Locator("connection-table tbody tr")).ToContainTextAsync("hit by LimitData");

        await open.Button("1 fault of echo").ClickAsync();
        await Expect(open.Page.GetByLabel("Bytes")).ToHaveValueAsync("8");
        await open.Button("Remove all").ClickAsync();
        await Expect(open.Button("Faults of echo")).ToBeVisibleAsync();
        Assert.Empty(open.Complaints);
    }

    [Fact]
    public async Task WhatTheServiceObjectsToIsShownAtTheFaultsField()
    {
        await using var open = await browser.OpenAsync("/tcp");
        await open.Button("Faults of echo").ClickAsync();
        await open.Button("Add a fault").ClickAsync();
        await open.Button("Add a fault").ClickAsync();
        var second = open.Page.Locator(".fault").Nth(1);
        await second.GetByLabel("Delay, ms").FillAsync("soon");
        await second.GetByLabel("Clients").FillAsync("10.0.0.0/99");
        await open.Button("Apply").ClickAsync();
        await Expect(second.GetByLabel("Delay, ms")).ToBeFocusedAsync();
        await Expect(second.GetByText("must be a number.")).ToBeVisibleAsync();
        await open.HasNoAccessibilityViolationsAsync();
        await second.GetByLabel("Delay, ms").FillAsync("5");
        await open.Button("Apply").ClickAsync();
        await Expect(second.GetByLabel("Clients")).ToHaveAttributeAsync("aria-invalid", "true");
        await open.Button("Remove fault 1").ClickAsync();
        await Expect(open.Page.Locator(".fault")).ToHaveCountAsync(1);
        await open.Page.Keyboard.PressAsync("Escape");
        await Expect(open.Button("Faults of echo")).ToBeFocusedAsync();
        Assert.Empty(open.UnprovokedComplaints());
    }

    private static ILocator Card(OpenPage open, string name) =>
        open.Page.Locator("channel-card").Filter(new() { Has = open.Page.GetByRole(AriaRole.Heading, new() { Name = name, Exact = true }) });

    private static ILocator Output(OpenPage open) => open.Page.GetByRole(AriaRole.Log, new() { Name = "Conversation" });
}
