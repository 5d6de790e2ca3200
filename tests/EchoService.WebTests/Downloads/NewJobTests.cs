using EchoService.Tests.Testing;
using EchoService.WebTests.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace EchoService.WebTests.Downloads;

/// <summary>Lists on their way in, from the page.</summary>
public sealed class NewJobTests(Browser browser)
{
    [Fact]
    public async Task AListIsPostedByHandAndWatchedToItsEnd()
    {
        var gate = new TaskCompletionSource();
        browser.Origin.OnPrefix("/by-hand/", (_, _) => OriginAnswer.File(1, 1_000) with { Gate = gate.Task });
        await using var open = await browser.OpenAsync("/");
        await open.Page.GetByLabel("URLs, one a line").FillAsync(string.Join('\n', Urls("/by-hand/", 3)));
        await open.Page.Locator("#name").FillAsync("By hand");
        await open.Button("Start download").ClickAsync();
        await Expect(open.Page.Locator("#toast")).ToHaveTextAsync("Started: 3 items");
        await Expect(Row(open, "By hand")).ToContainTextAsync("Running");
        await Expect(Row(open, "By hand")).ToContainTextAsync("0 of 3");
        await Expect(open.Page.GetByLabel("URLs, one a line")).ToHaveValueAsync("");
        gate.SetResult();
        await Expect(Row(open, "By hand")).ToContainTextAsync("Completed");
        await Expect(Row(open, "By hand")).ToContainTextAsync("3 items · 3.0 KB");
        var bar = open.Page.GetByRole(AriaRole.Progressbar, new() { Name = "Progress of By hand" });
        await Expect(bar).ToHaveAttributeAsync("aria-valuenow", "3");
        Assert.Empty(open.Complaints);
    }

    [Fact]
    public async Task ADroppedFileIsPostedAsItIs()
    {
        browser.Origin.OnPrefix("/by-drop/", (_, _) => OriginAnswer.Error(404));
        await using var open = await browser.OpenAsync("/");
        await DropAsync(open, "urls.txt", "# two\n\n" + string.Join("\r\n", Urls("/by-drop/", 2)));
        await Expect(open.Page.GetByText("urls.txt · ")).ToBeVisibleAsync();
        await Expect(open.Page.GetByLabel("URLs, one a line")).ToBeHiddenAsync();
        await open.Page.Locator("#name").FillAsync("By drop");
        var post = await open.Page.RunAndWaitForRequestAsync(
            () => open.Button("Start download").ClickAsync(), request => request.Method == "POST");
        Assert.Equal("text/plain", post.Headers["content-type"]);
        await Expect(Row(open, "By drop")).ToContainTextAsync("2 items");
        await Expect(Row(open, "By drop")).ToContainTextAsync("2 failed");
        await Expect(open.Page.GetByLabel("URLs, one a line")).ToBeVisibleAsync();
        Assert.Empty(open.Complaints);
    }

    [Fact]
    public async Task AFileOfItemsIsPostedAsItems()
    {
        browser.Origin.On("/named", OriginAnswer.File(1, 10));
        await using var open = await browser.OpenAsync("/");
        await open.Page.Locator("input[type=file]").SetInputFilesAsync(new FilePayload
        {
            Name = "items.ndjson",
            MimeType = "",
            Buffer = System.Text.Encoding.UTF8.GetBytes($$"""{"url":"{{browser.Origin.Url("/named")}}","fileName":"chosen.bin"}"""),
        });
        await open.Page.Locator("#name").FillAsync("Of items");
        await open.Button("Start download").ClickAsync();
        await Row(open, "Of items").GetByRole(AriaRole.Link).ClickAsync();
        await Expect(open.Page.Locator("item-table .name")).ToHaveTextAsync("chosen.bin");
    }

    [Fact]
    public async Task AFileThatWasChosenCanBeTakenBack()
    {
        await using var open = await browser.OpenAsync("/");
        await DropAsync(open, "wrong.txt", "x");
        await open.Button("Remove").ClickAsync();
        await Expect(open.Page.GetByLabel("URLs, one a line")).ToBeVisibleAsync();
        await open.Button("Start download").ClickAsync();
        await Expect(open.Page.GetByRole(AriaRole.Alert).Filter(new() { HasText = "Enter at least one URL, or choose a file." })).ToBeVisibleAsync();
        await Expect(open.Page.GetByLabel("URLs, one a line")).ToBeFocusedAsync();
    }

    [Fact]
    public async Task WhatTheServiceObjectsToIsShownAtItsField()
    {
        await using var open = await browser.OpenAsync("/");
        await open.Page.GetByLabel("URLs, one a line").FillAsync("http://127.0.0.1/");
        await open.Page.GetByText("Options", new() { Exact = true }).ClickAsync();
        await open.Page.GetByLabel("At once").FillAsync("many");
        await open.Page.GetByLabel("Attempts").FillAsync("0");
        await open.Page.GetByText("Options", new() { Exact = true }).ClickAsync();
        await open.Button("Start download").ClickAsync();
        await Expect(open.Page.GetByLabel("At once")).ToBeFocusedAsync();
        await Expect(open.Page.Locator("#concurrency-problem")).ToHaveTextAsync("This must be a whole number.");
        await Expect(open.Page.GetByLabel("At once")).ToHaveAttributeAsync("aria-invalid", "true");
        await open.HasNoAccessibilityViolationsAsync();
        await open.Page.GetByLabel("At once").FillAsync("1");
        await open.Button("Start download").ClickAsync();
        await Expect(open.Page.Locator("#attempts-problem")).ToBeVisibleAsync();
        await Expect(open.Page.Locator("#concurrency-problem")).ToHaveCountAsync(0);
        Assert.Empty(open.UnprovokedComplaints());
    }

    private static ILocator Row(OpenPage open, string name) => open.Page.Locator("job-row").Filter(new() { HasText = name });

    private IEnumerable<string> Urls(string prefix, int count) => Enumerable.Range(1, count).Select(n => browser.Origin.Url($"{prefix}{n}").AbsoluteUri);

    private static async Task DropAsync(OpenPage open, string name, string text)
    {
        await Expect(open.Page.Locator(".drop")).ToBeVisibleAsync();
        await open.Page.EvaluateAsync(
            """
            ({ name, text }) => {
              const dataTransfer = new DataTransfer();
              dataTransfer.items.add(new File([text], name));
              const drop = document.querySelector('.drop');
              drop.dispatchEvent(new DragEvent('dragover', { dataTransfer, bubbles: true, cancelable: true }));
              drop.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
            }
            """,
            new { name, text });
    }
}
