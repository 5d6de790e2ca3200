using System.Text.Json;
using EchoService.Auth;
using EchoService.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace EchoService.Tcp;

/// <summary>A channel's faults while the service runs. A restart brings the configured list back.</summary>
internal static class FaultsEndpoints
{
    private const long MostBytes = 1 << 20; // a hundred faults, each with a long list of clients

    private static readonly JsonDocumentOptions s_strict = new() { AllowDuplicateProperties = false };

    public static void MapFaults(this IEndpointRouteBuilder routes)
    {
        var faults = routes.MapGroup("/tcp/channels/{name}/faults").WithTags("tcp");
        faults.MapGet("", Get).RequireScope(Scope.TcpRead).WithSummary("The faults of a channel.");
        faults.MapPut("", Put)
            .RequireScope(Scope.TcpWrite)
            .Accepts<IReadOnlyList<FaultAnswer>>("application/json")
            .WithMetadata(new RequestSizeLimitAttribute(MostBytes))
            .WithMetadata(new RequestExample("application/json", """[{"type": "Latency", "delayMs": 100, "jitterMs": 20}]"""))
            .WithSummary("Sets the faults of a channel, all at once, for connections accepted from now on.")
            .WithDescription("Needed fields: Latency delayMs; Bandwidth bytesPerSecond; Slicer sliceBytes; LimitData bytes; LimitTime afterMs; SlowClose delayMs. "
                + "May have: Latency jitterMs; Slicer delayMs; Blackhole and Reset bytes, afterMs; Corrupt bytes; each direction, probability, seed, clients.");
        faults.MapDelete("", Delete).RequireScope(Scope.TcpWrite).WithSummary("Takes all faults of a channel away, also the configured ones, until the service starts again.");
    }

    private static Results<Ok<IReadOnlyList<FaultAnswer>>, ProblemHttpResult> Get(string name, ChannelTable channels) =>
        channels.Find(name) is { } channel ? TypedResults.Ok(FaultAnswer.Of(channel.Faults)) : NoChannel();

    private static async Task<Results<Ok<IReadOnlyList<FaultAnswer>>, ProblemHttpResult>> Put(string name, HttpRequest request, ChannelTable channels)
    {
        if (channels.Find(name) is not { } channel)
        {
            return NoChannel();
        }

        var body = await ReadAsync(request);
        if (body.Errors.Count > 0)
        {
            return Problem.Invalid(body.Errors);
        }

        channel.Faults.Set(body.Faults);
        return TypedResults.Ok(FaultAnswer.Of(channel.Faults));
    }

    private static Results<NoContent, ProblemHttpResult> Delete(string name, ChannelTable channels)
    {
        if (channels.Find(name) is not { } channel)
        {
            return NoChannel();
        }

        channel.Faults.Set([]);
        return TypedResults.NoContent();
    }

    private static async Task<FaultsBody> ReadAsync(HttpRequest request)
    {
        try
        {
            using var json = await JsonDocument.ParseAsync(request.Body, s_strict, request.HttpContext.RequestAborted);
            return FaultsBody.Read(json.RootElement);
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException) // the latter: half a surrogate pair
        {
            // Answered like every other malformed body.
            throw new BadHttpRequestException("Malformed JSON.", malformed as JsonException ?? new JsonException(malformed.Message));
        }
    }

    private static ProblemHttpResult NoChannel() => Problem.NotFound("There is no such channel.");
}
