using System.Text.Json;
using EchoService.Downloads;
using EchoService.Downloads.Jobs;

namespace EchoService.Cli;

/// <summary>An item that has come to its end, in this process or at a service.</summary>
/// <param name="State"><c>done</c>, <c>failed</c>, <c>skipped</c> or <c>cancelled</c>.</param>
internal sealed record EndedItem(int Number, string Url, string State, string? FileName, long? Size, int? HttpStatus, string? ErrorCode, string? Error)
{
    /// <summary>What a person reads of it.</summary>
    public string Line => State switch
    {
        "done" => $"done     {Url} -> {FileName} ({Sizes.Text(Size ?? 0)})",
        "failed" => $"failed   {Failure}",
        _ => $"{State,-8} {Url}{(Error is null ? "" : $": {Error}")}",
    };

    /// <summary>URL, reason and code of one that failed.</summary>
    public string Failure => $"{Url}: {Error} ({ErrorCode})";

    public static EndedItem Of(Item item) => Of(ItemAnswer.Of(item));

    public static EndedItem Of(ItemAnswer item) => new(
        item.N, item.Url, item.State, item.FileName, item.Size, item.HttpStatus, item.ErrorCode,
        item.Error ?? (item.DuplicateOf is { } first ? $"The same as line {first}." : null));

    public static EndedItem Of(int number, string url, ItemState state, string? fileName, long? size, int? httpStatus, ErrorCode? code, string? error) =>
        new(number, url, JsonNamingPolicy.CamelCase.ConvertName(state.ToString()), fileName, size, httpStatus, code?.Text(), error);

    /// <summary>As a service lists it or tells it in an event.</summary>
    public static EndedItem Of(JsonElement item) => Of(item.Deserialize(JobJson.Default.ItemAnswer)!);
}
