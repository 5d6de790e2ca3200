using System.IO.Pipelines;
using System.Text.Json;
using EchoService.Downloads.Jobs;

namespace EchoService.Downloads.Intake;

/// <summary>Reads a list into a receiver and answers the job's options.</summary>
internal delegate Task<JobOptions> ListReader(ListReceiver receiver, CancellationToken cancellationToken);

/// <summary>The forms in which a list may come, by media type.</summary>
internal static class ListReaders
{
    /// <param name="parameters">The options beside a list that is no JSON document.</param>
    /// <returns>Null: the media type is none of ours.</returns>
    public static ListReader? For(string? mediaType, PipeReader body, IEnumerable<KeyValuePair<string, string>> parameters) => mediaType?.ToLowerInvariant() switch
    {
        "application/json" => (receiver, token) => JsonAsync(body, receiver, token),
        "text/plain" => (receiver, token) => LinesAsync(TextList.ReadAsync, body, parameters, receiver, token),
        "application/x-ndjson" or "application/jsonl" => (receiver, token) => LinesAsync(NdjsonList.ReadAsync, body, parameters, receiver, token),
        _ => null,
    };

    private static async Task<JobOptions> JsonAsync(PipeReader body, ListReceiver receiver, CancellationToken token)
    {
        var properties = await JsonList.ReadAsync(body, receiver, token);
        var options = JobOptionsReader.Read(properties.Where(property => property.Key != TemplateList.Values));
        if (options.UrlTemplate is null && !properties.ContainsKey(TemplateList.Values))
        {
            return options;
        }

        if (receiver.Count > 0)
        {
            throw new ListException("invalidOptions", "Give either 'urls', or 'urlTemplate' with 'values'.");
        }

        await TemplateList.ReadAsync(options, properties.GetValueOrDefault(TemplateList.Values), receiver);
        return options;
    }

    private static async Task<JobOptions> LinesAsync(
        Func<PipeReader, ListReceiver, CancellationToken, Task> read,
        PipeReader body,
        IEnumerable<KeyValuePair<string, string>> parameters,
        ListReceiver receiver,
        CancellationToken token)
    {
        // The options first: a mistake in them should not cost the upload of a million lines.
        var options = JobOptionsReader.ReadText(parameters);
        await read(body, receiver, token);
        return options;
    }
}
