using System.Globalization;
using System.Text.RegularExpressions;
using EchoService.Characters;
using EchoService.WebTests.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace EchoService.WebTests.Characters;

public sealed partial class CharacterPageTests(Browser browser)
{
    [Fact]
    public async Task AsksForWordsAtFirst()
    {
        await using var open = await browser.OpenAsync("/characters/page");
        await Expect(Status(open)).ToHaveTextAsync("Enter words describing characters.");
        await Expect(open.Page.GetByRole(AriaRole.Table)).ToBeHiddenAsync();
        Assert.Empty(open.Complaints);
    }

    [Theory]
    [InlineData("smiling face white", "1 match for 'smiling face white'")]
    [InlineData("cat face", "10 matches for 'cat face'")]
    [InlineData("xyzzy", "No match for 'xyzzy'")]
    [InlineData("<b>'x'</b>", "No match for '<b>'x'</b>'")]
    public async Task ShowsWhatTheQueryFinds(string query, string status)
    {
        await using var open = await browser.OpenAsync("/characters/page");
        await SearchAsync(open, query);
        await Expect(Status(open)).ToHaveTextAsync(status);
        await Expect(Rows(open)).ToHaveCountAsync(CharacterIndex.Shared.Find(query).Total);
        Assert.Empty(open.Complaints);
    }

    [Fact]
    public async Task ScrollsThroughAThousandCharactersPageByPage()
    {
        await using var open = await browser.OpenAsync("/characters/page?query=cjk");
        var bar = open.Page.GetByRole(AriaRole.Progressbar);
        for (var loaded = 200; loaded <= 1_000; loaded += 200)
        {
            await Expect(Rows(open)).ToHaveCountAsync(loaded);
            await Expect(open.Page.Locator("#loaded")).ToHaveTextAsync($"{loaded.ToString("N0", CultureInfo.InvariantCulture)} of 103,203 loaded");
            await Expect(bar).ToHaveJSPropertyAsync("value", loaded);
            await Expect(bar).ToHaveJSPropertyAsync("max", 103_203);
            await open.PhotographAsync($"scrolled-{loaded}");
            await open.Page.EvaluateAsync("scrollTo(0, document.documentElement.scrollHeight)");
        }

        var codes = await open.Page.Locator("tbody .code").AllTextContentsAsync();
        Assert.Equal(CharacterIndex.Shared.Find("cjk").Page(0, 1_000).Select(character => character.Code), codes.Take(1_000));
        Assert.Empty(open.Complaints);
    }

    [Fact]
    public async Task FillsATallWindowWithoutScrolling()
    {
        await using var open = await browser.OpenAsync("/characters/page?query=digit", new() { ViewportSize = new() { Width = 800, Height = 60_000 } });
        await Expect(Rows(open)).ToHaveCountAsync(988);
        await Expect(More(open)).ToBeHiddenAsync();
    }

    [Fact]
    public async Task PutsTheQueryIntoTheAddress()
    {
        await using var open = await browser.OpenAsync("/characters/page");
        await SearchAsync(open, "chess black");
        await Expect(open.Page).ToHaveURLAsync(new Uri(browser.Address, "/characters/page?query=chess+black").AbsoluteUri);
        await Expect(open.Page).ToHaveTitleAsync("chess black – Character finder");

        await using var shared = await browser.OpenAsync(open.Page.Url);
        await Expect(Status(shared)).ToHaveTextAsync("35 matches for 'chess black'");
        await Expect(Input(shared)).ToHaveValueAsync("chess black");

        await SearchAsync(open, "sun");
        await Expect(Status(open)).ToHaveTextAsync("17 matches for 'sun'");
        await open.Page.GoBackAsync();
        await Expect(Status(open)).ToHaveTextAsync("35 matches for 'chess black'");
        await Expect(Rows(open)).ToHaveCountAsync(35);
        await open.Page.GoBackAsync();
        await Expect(Status(open)).ToHaveTextAsync("Enter words describing characters.");
    }

    [Fact]
    public async Task CopiesACharacterByKeyboardAlone()
    {
        await using var open = await browser.OpenAsync("/characters/page", new() { Permissions = ["clipboard-read", "clipboard-write"] });
        await Expect(Input(open)).ToBeVisibleAsync();
        await open.Page.Keyboard.PressAsync("Tab");
        await Expect(open.Page.GetByRole(AriaRole.Link, new() { Name = "Skip to content" })).ToBeFocusedAsync();
        await open.Page.Keyboard.PressAsync("Enter");
        await open.Page.Keyboard.PressAsync("Tab");
        await open.Page.Keyboard.TypeAsync("grinning cat face smiling");
        await open.Page.Keyboard.PressAsync("Enter");
        await Expect(Rows(open)).ToHaveCountAsync(1);
        await open.Page.Keyboard.PressAsync("Tab");
        await open.Page.Keyboard.PressAsync("Tab");
        await Expect(open.Page.GetByRole(AriaRole.Button, new() { Name = "Copy GRINNING CAT FACE WITH SMILING EYES" })).ToBeFocusedAsync();
        await open.Page.Keyboard.PressAsync("Enter");
        await Expect(open.Page.Locator("#toast")).ToHaveTextAsync("Copied \U0001F638");
        Assert.Equal("\U0001F638", await open.Page.EvaluateAsync<string>("navigator.clipboard.readText()"));
    }

    [Fact]
    public async Task TriesAgainAfterAFailedRequest()
    {
        await using var open = await browser.OpenAsync("/characters/page");
        await open.Page.RouteAsync("**/characters?*", route => route.AbortAsync());
        await SearchAsync(open, "digit");
        await Expect(Status(open)).ToContainTextAsync("The search failed.");
        await open.Page.UnrouteAllAsync();
        await open.Page.GetByRole(AriaRole.Button, new() { Name = "Try again" }).ClickAsync();
        await Expect(Status(open)).ToHaveTextAsync("988 matches for 'digit'");
        await Expect(Rows(open)).ToHaveCountAsync(200);
        await Expect(More(open)).ToHaveTextAsync("Show more");
    }

    [Fact]
    public async Task ALateAnswerDoesNotDisturbANewerSearch()
    {
        await using var open = await browser.OpenAsync("/characters/page");
        var release = new TaskCompletionSource();
        await open.Page.RouteAsync("**/characters?query=digit*", async route =>
        {
            await release.Task;
            await route.ContinueAsync();
        });
        await SearchAsync(open, "digit");
        await SearchAsync(open, "sun");
        await Expect(Rows(open)).ToHaveCountAsync(17);
        release.SetResult();
        await SearchAsync(open, "cat face");
        await Expect(Status(open)).ToHaveTextAsync("10 matches for 'cat face'");
        await Expect(Rows(open)).ToHaveCountAsync(10);
    }

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task IsAccessible(ColorScheme scheme)
    {
        await using var open = await browser.OpenAsync("/characters/page", new() { ColorScheme = scheme });
        await open.PhotographAsync($"first-{scheme}");
        await open.HasNoAccessibilityViolationsAsync();
        await SearchAsync(open, "chess");
        await Expect(Rows(open)).Not.ToHaveCountAsync(0);
        await Rows(open).First.GetByRole(AriaRole.Button).ClickAsync();
        await open.PhotographAsync($"results-{scheme}");
        await open.HasNoAccessibilityViolationsAsync();
        await SearchAsync(open, "xyzzy");
        await Expect(Status(open)).ToContainTextAsync("No match");
        await open.HasNoAccessibilityViolationsAsync();
    }

    [Theory]
    [InlineData("arabic ligature isolated form", ColorScheme.Light)]
    [InlineData("cuneiform", ColorScheme.Dark)]
    [InlineData("aveverylongwordthatnocharacterhasinitsnameandthatnobreakhelps", ColorScheme.Light)]
    public async Task FitsAPhoneWithoutScrollingSideways(string query, ColorScheme scheme)
    {
        await using var open = await browser.OpenAsync(
            $"/characters/page?query={Uri.EscapeDataString(query)}",
            new() { ViewportSize = new() { Width = 360, Height = 740 }, ColorScheme = scheme, IsMobile = true, HasTouch = true });
        await Expect(Status(open)).ToHaveTextAsync(Matches());
        await open.PhotographAsync($"phone-{query[..8]}");
        Assert.Equal(360, await open.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        await open.HasNoAccessibilityViolationsAsync();
    }

    private static ILocator Status(OpenPage open) => open.Page.Locator("#status");

    private static ILocator Rows(OpenPage open) => open.Page.Locator("character-finder tbody tr");

    private static ILocator Input(OpenPage open) => open.Page.GetByLabel("Words of the name");

    private static ILocator More(OpenPage open) => open.Page.Locator("[data-part=more]");

    private static async Task SearchAsync(OpenPage open, string query)
    {
        await Input(open).FillAsync(query);
        await open.Page.GetByRole(AriaRole.Button, new() { Name = "Find" }).ClickAsync();
    }

    [GeneratedRegex("match", RegexOptions.None, matchTimeoutMilliseconds: 30_000)]
    private static partial Regex Matches();
}
