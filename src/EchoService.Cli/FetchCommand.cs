using System.CommandLine;
using System.Globalization;
using EchoService.Downloads;
using EchoService.Downloads.Fetching;
using Microsoft.Extensions.Options;

namespace EchoService.Cli;

/// <summary><c>fetch URL</c>: one page to standard output or into a file.</summary>
internal static class FetchCommand
{
    public static Command Create()
    {
        var url = new Argument<string>("URL") { Description = "What to fetch; http:// may be left out." };
        var include = new Option<bool>("--include", "-i") { Description = "Shows status and headers before the body." };
        var file = new Option<string?>("--out", "-o") { Description = "Writes the body into this file.", HelpName = "FILE" };
        var timeout = new Option<double>("--timeout") { Description = "Seconds for the whole transfer.", DefaultValueFactory = _ => 3600, HelpName = "SECONDS" };
        Check.Within(timeout, 0.001, Check.MostSeconds);
        var transfer = new TransferOptions();
        var command = new ExampleCommand("fetch", "Fetches one page and prints it.",
            "echoctl fetch https://example.com", "echoctl fetch -i localhost:8080/health/ready", "echoctl fetch https://example.com --out page.html")
        { url, include, file, timeout };
        transfer.AddTo(command);
        command.SetAction((parsed, token) =>
        {
            var request = new FetchRequest(Url(parsed.GetValue(url)!))
            {
                Headers = transfer.Headers(parsed),
                MaxBytes = long.MaxValue,
                Timeout = TimeSpan.FromSeconds(parsed.GetValue(timeout)),
                Identity = false,
            };
            return RunAsync(request, transfer.Settings(parsed), parsed.GetValue(include), parsed.GetValue(file), token);
        });
        return command;
    }

    /// <summary>An URL as people type it.</summary>
    public static string Complete(string text) => text.Contains("://", StringComparison.Ordinal) ? text : "http://" + text;

    private static Uri Url(string text) =>
        FetchUrl.TryParse(Complete(text), out var url, out var reason) ? url : throw CommandException.Usage($"'{text}': {reason}");

    private static async Task<int> RunAsync(FetchRequest request, FetcherSettings settings, bool include, string? file, CancellationToken token)
    {
        var options = Options.Create(new DownloadsOptions { UserAgent = UserAgent.Text });
        using var fetcher = new Fetcher(options, TimeProvider.System, settings);
        var spinner = new Spinner($"Fetching {request.Url}", TimeProvider.System);
        FetchResponse response;
        await using (spinner)
        {
            response = await fetcher.OpenAsync(request, token);
        }

        await using (response)
        {
            if (response.Error is { } refused)
            {
                throw Failure(request.Url, refused);
            }

            var error = await WriteAsync(response, include, file, token);
            return error is null ? ExitCode.Done : throw Failure(request.Url, error);
        }
    }

    private static async Task<FetchError?> WriteAsync(FetchResponse response, bool include, string? file, CancellationToken token)
    {
        using var output = new Output();
        if (include)
        {
            await WriteHeadAsync(output, response, token);
        }

        await using var target = file is null ? null : new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.Read);
        var sink = target ?? output.Bytes;
        return await response.CopyToAsync((bytes, cancelled) => sink.WriteAsync(bytes, cancelled), token);
    }

    private static async Task WriteHeadAsync(Output output, FetchResponse response, CancellationToken token)
    {
        await output.Text.WriteLineAsync(response.Status.ToString(CultureInfo.InvariantCulture));
        foreach (var (name, value) in response.Headers)
        {
            await output.Text.WriteLineAsync($"{name}: {value}");
        }

        await output.Text.WriteLineAsync();
        await output.Text.FlushAsync(token);
    }

    private static CommandException Failure(Uri url, FetchError error) => new($"{url}: {error.Message} ({error.Code.Text()})");
}
