using EchoService.Tests.Testing;
using EchoService.WebTests.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace EchoService.WebTests.Look;

/// <summary>
/// Each page in both themes and two widths: a picture of it, no violation that axe finds, no sideways scroll. With ECHOSERVICE_SCREENSHOTS
/// the pictures are kept; those of the README are made so.
/// </summary>
public sealed class LookTests(LookTests.Scene scene) : IClassFixture<LookTests.Scene>
{
    public static TheoryData<ColorScheme, int> Looks => new()
    {
        { ColorScheme.Light, 1280 },
        { ColorScheme.Light, 360 },
        { ColorScheme.Dark, 1280 },
        { ColorScheme.Dark, 360 },
    };

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task TheListOfJobs(ColorScheme theme, int width)
    {
        await using var open = await scene.OpenAsync("/", theme, width);
        await Expect(open.Page.Locator("job-row")).ToHaveCountAsync(4);
        await Expect(open.Page.Locator("job-row").First).ToContainTextAsync("left");
        await LooksWellAsync(open, "downloads", theme, width);
        await open.Page.GetByText("Options", new() { Exact = true }).ClickAsync();
        await open.HasNoAccessibilityViolationsAsync();
        await open.Page.GetByLabel("Show").SelectOptionAsync("scheduled");
        await Expect(open.Page.GetByText("No scheduled job")).ToBeVisibleAsync();
        await open.Page.GetByText("No scheduled job").ScrollIntoViewIfNeededAsync();
        await LooksWellAsync(open, "downloads-empty", theme, width);
    }

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task AJobThatRuns(ColorScheme theme, int width)
    {
        await using var open = await scene.OpenAsync("/characters/page", theme, width);
        await open.Page.Clock.InstallAsync();
        await open.Page.GotoAsync($"/?job={scene.Running}");
        await Expect(open.Page.Locator("spark-line")).ToBeVisibleAsync();
        for (var second = 0; second < 50; second++)
        {
            await open.Page.Clock.RunForAsync(1_000);
        }

        await LooksWellAsync(open, "job-running", theme, width);
    }

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task AJobThatHasEnded(ColorScheme theme, int width)
    {
        await using var open = await scene.OpenAsync($"/?job={scene.Ended}", theme, width);
        await Expect(open.Page.Locator("item-table tbody tr")).ToHaveCountAsync(6);
        await LooksWellAsync(open, "job", theme, width);
    }

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task TheChannels(ColorScheme theme, int width)
    {
        await using var open = await scene.OpenAsync("/tcp", theme, width);
        await open.Button("Talk to echo").ClickAsync();
        await open.Page.Keyboard.TypeAsync("Hello, World!\n");
        await Expect(open.Page.GetByText("Echoed back: Hello, World!")).ToBeVisibleAsync();
        await Expect(open.Page.Locator("connection-table tbody tr").First).ToBeVisibleAsync();
        await open.Page.EvaluateAsync("scrollTo(0, 0)");
        await LooksWellAsync(open, "channels", theme, width);
        await open.Button("1 fault of discard").ClickAsync();
        await Expect(open.Page.GetByLabel("Delay, ms")).ToBeVisibleAsync();
        await LooksWellAsync(open, "faults", theme, width);
    }

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task TheCharacters(ColorScheme theme, int width)
    {
        await using var open = await scene.OpenAsync("/characters/page?query=chess", theme, width);
        await Expect(open.Page.Locator("character-finder tbody tr")).ToHaveCountAsync(124);
        await LooksWellAsync(open, "characters", theme, width);
    }

    [Theory]
    [InlineData("/", "/downloads")]
    [InlineData("/tcp", "/tcp/channels")]
    [InlineData("/characters/page", "/characters?query=")]
    public async Task WithoutScriptsAPageTellsWhatIsMissingAndWhereTheApiIs(string path, string api)
    {
        await using var open = await scene.OpenAsync(path, ColorScheme.Light, 360, scripts: false);
        await Expect(open.Page.GetByText("This page needs JavaScript")).ToBeVisibleAsync();
        await Expect(open.Page.Locator("main")).ToContainTextAsync(api);
        await Expect(open.Link("API")).ToHaveAttributeAsync("href", "/docs");
    }

    private static async Task LooksWellAsync(OpenPage open, string name, ColorScheme theme, int width)
    {
        await open.PhotographAsync($"{name}-{theme.ToString().ToLowerInvariant()}-{width}");
        await open.HasNoAccessibilityViolationsAsync();
        await open.HasNoSidewaysScrollAsync();
        Assert.Empty(open.Complaints);
    }

    /// <summary>A service with something to see: jobs that have ended, one that runs on and on, a connection, a fault.</summary>
    public sealed class Scene : IAsyncLifetime
    {
        private readonly Browser _browser;
        private readonly ServiceFixture _service = new(DownloadsClient.Loopback, ("Tcp:Channels:clock:Port", "0"), ("Tcp:Channels:clock:Kind", "Daytime"));
        private Origin _origin = null!;

        public Scene(Browser browser) => _browser = browser;

        public string Ended { get; private set; } = "";

        public string Running { get; private set; } = "";

        public async ValueTask InitializeAsync()
        {
            _origin = await Origin.StartAsync(CancellationToken.None);
            _origin
                .OnPrefix("/papers/", (path, _) => path.EndsWith("4.pdf", StringComparison.Ordinal) ? OriginAnswer.Error(404) : OriginAnswer.File(1, 180_000 + (path.Length * 7_919)))
                .OnPrefix("/images/", (_, _) => OriginAnswer.File(2, 90_000))
                .OnPrefix("/mirror/", (_, _) => OriginAnswer.File(3, 4_000_000) with { DripBytes = 40_000, DripInterval = TimeSpan.FromMilliseconds(100) });
            var http = _service.CreateClient();
            var client = new DownloadsClient(http);
            var images = await client.SubmitAsync(Enumerable.Range(1, 120).Select(n => $"/images/{n}.png"), _origin, new { name = "Image collection" });
            await client.EndAsync(images);
            Ended = await client.SubmitAsync(
                ["/papers/attention.pdf", "/papers/raft.pdf", "/papers/lsm-4.pdf", "/papers/tcp-rfc9293.pdf", "/papers/raft.pdf", "/papers/quic-rfc9000.pdf"],
                _origin, new { name = "Reading list" });
            await client.EndAsync(Ended);
            var paused = await client.SubmitAsync(Enumerable.Range(1, 40).Select(n => $"/mirror/old/{n}.iso"), _origin, new { name = "Old releases", perHost = 1 });
            using var pause = await http.PostAsync($"/downloads/{paused}/pause", null);
            Running = await client.SubmitAsync(
                Enumerable.Range(1, 300).Select(n => n <= 60 ? $"/images/{n}.png" : $"/mirror/release-{n}.tar.gz"), _origin, new { name = "Package mirror", concurrency = 3 });
            using var faults = await http.PutAsync(
                "/tcp/channels/discard/faults",
                new StringContent("""[{"type":"Latency","delayMs":120,"jitterMs":30,"probability":0.25,"seed":42}]""", System.Text.Encoding.UTF8, "application/json"));
        }

        public Task<OpenPage> OpenAsync(string path, ColorScheme theme, int width, bool scripts = true) => _browser.OpenAsync(path, new()
        {
            BaseURL = $"http://localhost:{_service.ClientOptions.BaseAddress.Port}",
            ColorScheme = theme,
            ViewportSize = new() { Width = width, Height = width < 500 ? 740 : 860 },
            IsMobile = width < 500,
            HasTouch = width < 500,
            JavaScriptEnabled = scripts,
        });

        public async ValueTask DisposeAsync()
        {
            await _service.DisposeAsync();
            await _origin.DisposeAsync();
        }
    }
}
