using EchoService.Downloads.Intake;
using EchoService.Downloads.Jobs;
using Microsoft.Net.Http.Headers;

namespace EchoService.Downloads;

/// <summary>The forms in which a list may come.</summary>
internal static class ListBody
{
    /// <summary>What reads this request's list; null: its content type is none of ours.</summary>
    public static Func<ListReceiver, CancellationToken, Task<JobOptions>>? ReaderOf(HttpRequest request)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type))
        {
            return null;
        }

        return type.MediaType.Value?.ToLowerInvariant() switch
        {
            "application/json" => async (receiver, token) =>
                JobOptionsReader.Read(await JsonList.ReadAsync(request.BodyReader, receiver, token)),
            "text/plain" => async (receiver, token) =>
            {
                // The options first: a mistake in them should not cost the upload of a million lines.
                var options = JobOptionsReader.Read(Parameters(request));
                await TextList.ReadAsync(request.BodyReader, receiver, token);
                return options;
            },
            _ => null,
        };
    }

    private static IEnumerable<KeyValuePair<string, string>> Parameters(HttpRequest request) =>
        request.Query.Select(parameter => KeyValuePair.Create(parameter.Key, parameter.Value.ToString()));
}
