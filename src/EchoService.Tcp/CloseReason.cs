using System.Text.Json;

namespace EchoService.Tcp;

/// <summary>What ended a connection. Part of the outer contract: written in camelCase in the log, in metric labels and in lists.</summary>
public enum CloseReason
{
    ClientClosed,
    ClientReset,
    Replied,
    BytesReached,
    TimeReached,
    Accepted,

    /// <summary>The channel ends its conversations by itself.</summary>
    Finished,
    ProtocolError,
    ProxyHeader,
    TlsFailed,
    HandshakeTimeout,
    FirstByteTimeout,
    IdleTimeout,
    Lifetime,
    WriteStalled,
    ConnectionLimit,
    AddressLimit,
    RateLimit,
    Fault,

    /// <summary>By the API.</summary>
    Aborted,
    Shutdown,
    Error,
}

internal static class CloseReasons
{
    private static readonly string[] Names =
        [.. Enum.GetNames<CloseReason>().Select(JsonNamingPolicy.CamelCase.ConvertName)];

    public static int Count => Names.Length;

    public static string Name(this CloseReason reason) => Names[(int)reason];

    /// <summary>Ended by a rule of the channel: <c>Close:With</c> says how.</summary>
    public static bool IsByRule(this CloseReason reason) => reason is CloseReason.Replied or CloseReason.BytesReached
        or CloseReason.TimeReached or CloseReason.Accepted or CloseReason.Finished or CloseReason.ProtocolError;

    /// <summary>Ended without regard for what is still under way: the client is gone, is refused, or was given up.</summary>
    public static bool IsAbrupt(this CloseReason reason) => reason is CloseReason.ClientClosed or CloseReason.ClientReset
        or CloseReason.ProxyHeader or CloseReason.HandshakeTimeout or CloseReason.WriteStalled or CloseReason.ConnectionLimit
        or CloseReason.AddressLimit or CloseReason.RateLimit or CloseReason.Aborted or CloseReason.Error;
}
