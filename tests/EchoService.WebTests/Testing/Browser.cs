using EchoService.Tests.Testing;
using EchoService.WebTests.Testing;
using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(Browser))]

namespace EchoService.WebTests.Testing;

/// <summary>One real Chromium for all tests of pages, one service that fetches from this machine, one origin. Each test opens a browser profile of its own.</summary>
public sealed class Browser : IAsyncLifetime
{
    private static readonly string[] _programs = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"];

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public ServiceFixture Service { get; } = new(
        DownloadsClient.Loopback, ("Tcp:Channels:once:Port", "0"), ("Tcp:Channels:once:Close:After", "Replies"),
        ("Tcp:Limits:LingerSeconds", "60")); // a busy browser takes its time to answer a close

    public Origin Origin { get; private set; } = null!;

    public Uri Address => Service.ClientOptions.BaseAddress;

    public async ValueTask InitializeAsync()
    {
        Origin = await Origin.StartAsync(CancellationToken.None);
        if (FindProgram() is { } program)
        {
            Assertions.SetDefaultExpectTimeout(20_000); // milliseconds: what is to come may take its time on a busy machine
            _playwright = await Playwright.CreateAsync();
            _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = program, Args = ["--no-sandbox"] }); // a container's root
        }
    }

    /// <summary>A page at <paramref name="path"/>; the test is skipped where there is no Chromium.</summary>
    public async Task<OpenPage> OpenAsync(string path, BrowserNewContextOptions? options = null)
    {
        Assert.SkipWhen(_browser is null, "chromium is not installed");
        options ??= new();
        options.BaseURL ??= Address.ToString();
        var context = await _browser!.NewContextAsync(options);
        var page = new OpenPage(context, await context.NewPageAsync());
        await page.Page.GotoAsync(path);
        return page;
    }

    /// <summary>A page of another service than the common one.</summary>
    public Task<OpenPage> OpenAsync(ServiceFixture service, string path, BrowserNewContextOptions? options = null)
    {
        options ??= new();
        options.BaseURL = service.ClientOptions.BaseAddress.ToString();
        return OpenAsync(path, options);
    }

    /// <summary>Speaks the API of the common service.</summary>
    public DownloadsClient Client() => new(Service.CreateClient());

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
        await Service.DisposeAsync();
        await Origin.DisposeAsync();
    }

    private static string? FindProgram() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .SelectMany(folder => _programs.Select(program => Path.Combine(folder, program)))
            .FirstOrDefault(File.Exists);
}
