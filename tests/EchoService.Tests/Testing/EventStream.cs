using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace EchoService.Tests.Testing;

/// <summary>One server-sent event.</summary>
public sealed record StreamEvent(string Name, string Id, JsonElement Data);

/// <summary>Reads server-sent events as a program of a user would.</summary>
public static class EventStream
{
    /// <summary>The events until the stream ends.</summary>
    public static async IAsyncEnumerable<StreamEvent> ReadEventsAsync(
        this HttpClient http, string path, string? lastEventId = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (lastEventId is not null)
        {
            request.Headers.TryAddWithoutValidation("Last-Event-ID", lastEventId);
        }

        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.Length > 0)
            {
                var parts = line.Split(": ", 2);
                fields[parts[0]] = parts[1];
            }
            else if (fields.Remove("event", out var name))
            {
                yield return new StreamEvent(name, fields["id"], JsonDocument.Parse(fields["data"]).RootElement);
                fields.Clear();
            }
        }
    }
}
