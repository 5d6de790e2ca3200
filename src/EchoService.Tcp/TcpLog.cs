using System.Buffers;
using Microsoft.Extensions.Logging;

namespace EchoService.Tcp;

internal static partial class TcpLog
{
    [LoggerMessage(1, LogLevel.Information, "Serving {Channel} on {EndPoint}")]
    public static partial void Serving(this ILogger logger, string channel, string endPoint);

    [LoggerMessage(2, LogLevel.Information, "Connection from {Client} on {Channel}")]
    public static partial void ConnectionFrom(this ILogger logger, string client, string channel);

    [LoggerMessage(3, LogLevel.Debug, "Data received: {Data}")]
    public static partial void DataReceived(this ILogger logger, DataText data);

    [LoggerMessage(4, LogLevel.Information, "Close the client socket: {Reason}, {Client} on {Channel}, {BytesIn} bytes in, {BytesOut} out")]
    public static partial void Closed(this ILogger logger, string reason, string client, string channel, long bytesIn, long bytesOut);

    [LoggerMessage(5, LogLevel.Debug, "Refused {Client} on {Channel}: {Reason}")]
    public static partial void Refused(this ILogger logger, string client, string channel, string reason);

    [LoggerMessage(6, LogLevel.Debug, "The connection of {Client} on {Channel} broke off")]
    public static partial void EndedBadly(this ILogger logger, string client, string channel, Exception exception);

    [LoggerMessage(7, LogLevel.Error, "The connection of {Client} on {Channel} failed")]
    public static partial void Failed(this ILogger logger, string client, string channel, Exception exception);

    [LoggerMessage(8, LogLevel.Information, "Discarded {Bytes} bytes of {Client} on {Channel}, SHA-256 {Sha256}")]
    public static partial void Discarded(this ILogger logger, long bytes, string client, string channel, string sha256);

    [LoggerMessage(9, LogLevel.Information, "Started sending {Lines} lines to {Client} on {Channel}")]
    public static partial void Sending(this ILogger logger, long lines, string client, string channel);

    [LoggerMessage(10, LogLevel.Information, "Finished sending to {Client} on {Channel}")]
    public static partial void Sent(this ILogger logger, string client, string channel);

    [LoggerMessage(20, LogLevel.Debug, "Received from {Client}: {Query}")]
    public static partial void QueryReceived(this ILogger logger, string client, DataText query);

    [LoggerMessage(21, LogLevel.Debug, "Sent {Count} results")]
    public static partial void ResultsSent(this ILogger logger, int count);
}

/// <summary>Received bytes as a log line shows them: made to text only when the line is written.</summary>
internal readonly struct DataText(ReadOnlySequence<byte> data)
{
    private const int MostBytes = 256;

    public override string ToString()
    {
        var shown = data.Slice(0, Math.Min(data.Length, MostBytes)).ToArray();
        return data.Length > MostBytes ? $"{EscapedText.Quote(shown)}… ({data.Length} bytes)" : EscapedText.Quote(shown);
    }
}
