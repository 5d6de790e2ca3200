namespace EchoService.Auth;

internal static partial class AuthLog
{
    [LoggerMessage(1, LogLevel.Warning, "There are no API keys and HTTP is reachable from other machines ({Address}): everybody there may use all of it. Set Auth:ApiKeys (echoctl key new), or Http:Address to localhost")]
    public static partial void OpenToOthers(this ILogger log, string address);

    [LoggerMessage(2, LogLevel.Information, "API keys read again: {Count} now, {Added} new or changed, {Revoked} revoked or changed")]
    public static partial void KeysReloaded(this ILogger log, int count, int added, int revoked);

    [LoggerMessage(3, LogLevel.Error, "The configuration has changed but the API keys stay as they were: {Reason}")]
    public static partial void KeysKept(this ILogger log, string reason);
}
