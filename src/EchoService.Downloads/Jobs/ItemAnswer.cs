using System.Text.Json;

namespace EchoService.Downloads.Jobs;

/// <summary>An item as users see it.</summary>
/// <param name="N">The line's number in the list.</param>
/// <param name="State"><c>queued</c>, <c>running</c>, <c>done</c>, <c>failed</c>, <c>skipped</c> or <c>cancelled</c>.</param>
internal sealed record ItemAnswer(
    int N,
    string Url,
    string State,
    int Attempts,
    string? FileName,
    long? Size,
    string? Sha256,
    string? ContentType,
    int? HttpStatus,
    string? ErrorCode,
    string? Error,
    int? DuplicateOf,
    DateTimeOffset? FinishedAt)
{
    public static ItemAnswer Of(Item item)
    {
        // Until the file is in place it is still under way, whatever its row says already.
        var visible = item.State == ItemState.Done;
        return new ItemAnswer(
            item.Number,
            item.Url,
            Text(item.State == ItemState.Committed ? ItemState.Running : item.State),
            item.Attempts,
            visible ? item.FileName : null,
            visible ? item.Size : null,
            visible ? item.Sha256 : null,
            visible ? item.ContentType : null,
            item.HttpStatus,
            item.ErrorCode?.Text(),
            item.Error,
            item.DuplicateOf,
            item.State is ItemState.Queued or ItemState.Running or ItemState.Committed ? null : item.FinishedAt);
    }

    private static string Text(ItemState state) => JsonNamingPolicy.CamelCase.ConvertName(state.ToString());
}
