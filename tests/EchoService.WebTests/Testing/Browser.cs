using EchoService.Tests.Testing;
using EchoService.WebTests.Testing;
using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(Browser))]

namespace EchoService.WebTests.Testing;

/// <summary>One real Chromium and one service for all tests of pages. Each test opens a browser profile of its own.</summary>
public sealed class Browser : IAsyncLifetime
{
    private static readonly string[] _programs = ["chromium", "chromium-browser", "google-chrome"];

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public ServiceFixture Service { get; } = new();

    public Uri Address => Service.ClientOptions.BaseAddress;

    public async ValueTask InitializeAsync()
    {
        if (FindProgram() is { } program)
        {
            _playwright = await Playwright.CreateAsync();
            _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = program, Args = ["--no-sandbox"] }); // a container's root
        }
    }

    /// <summary>A page at <paramref name="path"/>; the test is skipped where there is no Chromium.</summary>
    public async Task<OpenPage> OpenAsync(string path, BrowserNewContextOptions? options = null)
    {
        Assert.SkipWhen(_browser is null, "chromium is not installed");
        options ??= new();
        options.BaseURL = Address.ToString();
        var context = await _browser!.NewContextAsync(options);
        var page = new OpenPage(context, await context.NewPageAsync());
        await page.Page.GotoAsync(path);
        return page;
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
        await Service.DisposeAsync();
    }

    private static string? FindProgram() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .SelectMany(folder => _programs.Select(program => Path.Combine(folder, program)))
            .FirstOrDefault(File.Exists);
}
