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
            using var content = await ContentAsync(request, token);
            var path = content is StreamContent ? "downloads" + Query(request.Options) : "downloads";
            var job = new RemoteJob(await client.PostAsync(path, content, token));
            if (watch)
            {
                return await new JobWatch(client, job.Id, request.Verbose, request.Json, TimeProvider.System).RunAsync(token);
            }

            using var output = new Output();
            await output.Text.WriteLineAsync(request.Json ? job.Json.GetRawText() : job.Id);
            return ExitCode.Done;
        }
    }

    private static async Task<HttpContent> ContentAsync(DownloadRequest request, CancellationToken token)
    {
        if (request.Options.UrlTemplate is not null)
        {
            using var reader = new StreamReader(request.List.Open());
            var values = (await reader.ReadToEndAsync(token)).Split('\n');
            return new JsonListContent(request.Options, "values", values.ToAsyncEnumerable());
        }

        if (request.Options.Headers is not null)
        {
            return request.List.IsNdjson
                ? throw CommandException.Usage("--header and --user do not go with --server where the list is .ndjson or has a --checksum: give each line its \"headers\".")
                : new JsonListContent(request.Options, "urls", request.List.LinesAsync(token));
        }

        var content = new StreamContent(request.List.Open());
        content.Headers.ContentType = new MediaTypeHeaderValue(request.List.MediaType);
        return content;
    }

    /// <summary>The options beside a list that is no JSON.</summary>
    private static string Query(JobOptions options)
    {
        using var document = JsonDocument.Parse(JobOptionsJson.Write(options));
        var pairs = document.RootElement.EnumerateObject().Select(option => $"{option.Name}={Uri.EscapeDataString(option.Value.ToString())}");
        return "?" + string.Join('&', pairs);
    }
}
