namespace EchoService.Downloads.Intake;

/// <summary>A list that is refused as a whole: nothing of it was stored.</summary>
/// <param name="code">Stable, for programs: <c>emptyList</c>, <c>malformedJson</c>, <c>tooManyItems</c>, <c>invalidOptions</c>.</param>
internal sealed class ListException(string code, string message, IReadOnlyDictionary<string, string[]>? errors = null) : Exception(message)
{
    public string Code { get; } = code;

    /// <summary>What is wrong with which option.</summary>
    public IReadOnlyDictionary<string, string[]>? Errors { get; } = errors;
}
