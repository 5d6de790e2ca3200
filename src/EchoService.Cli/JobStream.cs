using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json;

namespace EchoService.Cli;

/// <summary>
/// A job's events from a service, over as many connections as it takes: after a break the last id goes along, so that what was missed
/// follows, or a new snapshot where the service has forgotten it.
/// </summary>
internal sealed class JobStream(ServerClient client, string id, TimeProvider time)
{
    /// <summary>How long a service that was there may be away: a restart with a large store takes its time.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_firstWait = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_longestWait = TimeSpan.FromSeconds(5);

    private readonly string _path = RemoteJob.PathOf(id) + "/events";
    private string? _last;
    private long? _awaySince;
    private TimeSpan _wait;

    /// <summary>Told when the connection is lost (true) and when events come again (false).</summary>
    public Action<bool>? Away { get; init; }

    /// <param name="see">Gets each <c>snapshot</c> and <c>delta</c>.</param>
    /// <returns>The job, once it has ended.</returns>
    /// <exception cref="CommandException">There is no such job or service, or it was away for too long.</exception>
    public async Task<RemoteJob> FollowAsync(Func<string, JsonElement, Task> see, CancellationToken token)
    {
        while (true)
        {
            try
            {
                if (await ReadAsync(see, token) is { } job)
                {
                    return job;
                }

                // It closed without an end: the service stops, or the job was deleted. The next answer tells.
                await WaitAsync(null, token);
            }
            catch (CommandException exception) when (exception.MayPass && _last is not null)
            {
                await WaitAsync(exception, token);
            }
        }
    }

    /// <returns>Null: the stream broke off.</returns>
    private async Task<RemoteJob?> ReadAsync(Func<string, JsonElement, Task> see, CancellationToken token)
    {
        using var response = await client.EventsAsync(_path, _last, token);
        if (response.StatusCode == HttpStatusCode.NoContent)
        {
            // The end was seen before the connection broke.
            return new RemoteJob(await client.GetAsync(RemoteJob.PathOf(id), token));
        }

        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync(token);
            await foreach (var item in SseParser.Create(stream, (_, data) => Parse(data)).EnumerateAsync(token))
            {
                Came(item.EventId);
                if (item.EventType == "end")
                {
                    return new RemoteJob(item.Data);
                }

                await see(item.EventType, item.Data);
            }
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException)
        {
            // As if it had been closed.
        }

        return null;
    }

    private void Came(string? eventId)
    {
        _last = eventId ?? _last;
        if (_awaySince is not null)
        {
            _awaySince = null;
            Away?.Invoke(false);
        }
    }

    private async Task WaitAsync(CommandException? reason, CancellationToken token)
    {
        if (_awaySince is null)
        {
            (_awaySince, _wait) = (time.GetTimestamp(), s_firstWait);
            Away?.Invoke(true);
        }
        else if (time.GetElapsedTime(_awaySince.Value) > s_patience)
        {
            throw reason ?? new CommandException($"{client.Name} ends its answers at once. The job goes on there: try 'echoctl watch {id}' again.");
        }

        await Task.Delay(_wait, time, token);
        _wait = _wait * 2 < s_longestWait ? _wait * 2 : s_longestWait;
    }

    private static JsonElement Parse(ReadOnlySpan<byte> data)
    {
        var reader = new Utf8JsonReader(data);
        return JsonElement.ParseValue(ref reader);
    }
}
