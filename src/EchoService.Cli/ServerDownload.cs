using System.Net.Http.Headers;
using System.Text.Json;
using EchoService.Downloads.Jobs;

namespace EchoService.Cli;

/// <summary>Hands a list to a service. The list is streamed; the files stay there.</summary>
internal static class ServerDownload
{
    public static async Task<int> RunAsync(ServerClient client, DownloadRequest request, bool watch, CancellationToken token)
    {
        using (client)
        {
            using var content = request.Options.UrlTemplate is null
                ? new StreamContent(request.List.Open())
                : await TemplateAsync(request, token);
            content.Headers.ContentType ??= new MediaTypeHeaderValue(request.List.MediaType);
            var path = request.Options.UrlTemplate is null ? "downloads" + Query(request.Options) : "downloads";
            var job = new RemoteJob(await client.PostAsync(path, content, token));
            if (watch)
            {
                return await JobWatch.RunAsync(client, job.Id, request.Json, TimeProvider.System, token);
            }

            using var output = new Output();
            await output.Text.WriteLineAsync(request.Json ? job.Json.GetRawText() : job.Id);
            return ExitCode.Done;
        }
    }

    private static async Task<HttpContent> TemplateAsync(DownloadRequest request, CancellationToken token)
    {
        using var reader = new StreamReader(request.List.Open());
        var values = (await reader.ReadToEndAsync(token)).Split('\n');
        var options = JobOptionsJson.Write(request.Options);
        var quoted = string.Join(',', values.Select(value => JsonSerializer.Serialize(value, JobOptionsJson.Default.String)));
        return new StringContent($"{options[..^1]},\"values\":[{quoted}]}}", new MediaTypeHeaderValue("application/json"));
    }

    /// <summary>The options beside a list that is no JSON.</summary>
    private static string Query(JobOptions options)
    {
        if (options.Headers is not null)
        {
            throw CommandException.Usage("--header and --server go together with --template only: give headers in an .ndjson list.");
        }

        using var document = JsonDocument.Parse(JobOptionsJson.Write(options));
        var pairs = document.RootElement.EnumerateObject().Select(option => $"{option.Name}={Uri.EscapeDataString(option.Value.ToString())}");
        return "?" + string.Join('&', pairs);
    }
}
