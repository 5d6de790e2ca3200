namespace EchoService.Downloads.Jobs;

/// <summary>A page of a list.</summary>
/// <param name="Next">Where the next page begins; null at the end.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, long? Next);
