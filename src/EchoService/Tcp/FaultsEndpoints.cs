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

    public static void MapFaults(this IEndpointRouteBuilder routes)
    {
        var faults = routes.MapGroup("/tcp/channels/{name}/faults").WithTags("tcp");
        faults.MapGet("", Get).RequireScope(Scope.TcpRead).WithSummary("The faults of a channel.");
        faults.MapPut("", Put)
            .RequireScope(Scope.TcpWrite)
            .Accepts<IReadOnlyList<FaultAnswer>>("application/json")
            .WithMetadata(new RequestSizeLimitAttribute(MostBytes))
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

        using var json = await ParseAsync(request);
        var body = FaultsBody.Read(json.RootElement);
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

    private static async Task<JsonDocument> ParseAsync(HttpRequest request)
    {
        try
        {
            return await JsonDocument.ParseAsync(request.Body, cancellationToken: request.HttpContext.RequestAborted);
        }
        catch (JsonException malformed)
        {
            throw new BadHttpRequestException("Malformed JSON.", malformed); // answered like every other malformed body
        }
    }

    private static ProblemHttpResult NoChannel() => Problem.NotFound("There is no such channel.");
}
