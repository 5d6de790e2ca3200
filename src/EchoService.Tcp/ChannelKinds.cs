using EchoService.Tcp.Kinds;

namespace EchoService.Tcp;

/// <summary>The one table of kinds.</summary>
internal static class ChannelKinds
{
    private static readonly Dictionary<ChannelKind, Traits> Table = new()
    {
        [ChannelKind.Echo] = new(typeof(EchoHandler), CountsReplies: true),
        [ChannelKind.Discard] = new(typeof(DiscardHandler)),
        [ChannelKind.Characters] = new(typeof(CharactersHandler), SpeaksFirst: true),
        [ChannelKind.Repeat] = new(typeof(RepeatHandler), SpeaksFirst: true),
        [ChannelKind.Chargen] = new(typeof(ChargenHandler), SpeaksFirst: true, AwaitsClient: false),
        [ChannelKind.Daytime] = new(typeof(DaytimeHandler), SpeaksFirst: true, AwaitsClient: false),
        [ChannelKind.Time] = new(typeof(TimeHandler), SpeaksFirst: true, AwaitsClient: false, SendsText: false),
        [ChannelKind.Info] = new(typeof(InfoHandler), SpeaksFirst: true, AwaitsClient: false),
    };

    public static IEnumerable<Type> Handlers => Table.Values.Select(traits => traits.Handler);

    public static Type Handler(ChannelKind kind) => Table[kind].Handler;

    /// <summary>The handler keeps to <c>Close:After=Replies</c>.</summary>
    public static bool CountsReplies(ChannelKind kind) => Table.TryGetValue(kind, out var traits) && traits.CountsReplies;

    /// <summary>The client has to speak: <c>FirstByteSeconds</c> holds.</summary>
    public static bool AwaitsClient(ChannelKind kind) => Table[kind].AwaitsClient;

    /// <summary>The client may wait for the server's first word.</summary>
    public static bool SpeaksFirst(ChannelKind kind) => Table[kind].SpeaksFirst;

    /// <summary>Whether what it says unasked is text to a WebSocket.</summary>
    public static bool SendsText(ChannelKind kind) => Table[kind].SendsText;

    /// <param name="Handler">A <c>ConnectionHandler</c>, one for all connections.</param>
    private sealed record Traits(Type Handler, bool CountsReplies = false, bool AwaitsClient = true, bool SpeaksFirst = false, bool SendsText = true);
}
