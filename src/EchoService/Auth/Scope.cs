namespace EchoService.Auth;

/// <summary>What a key may be allowed to do. Each route names the one that it asks for where it is mapped.</summary>
internal static class Scope
{
    /// <summary>Look at jobs, items and files, and follow them.</summary>
    public const string DownloadsRead = "downloads:read";

    /// <summary>Post, steer and remove jobs.</summary>
    public const string DownloadsWrite = "downloads:write";

    /// <summary>Have a page fetched and shown.</summary>
    public const string Fetch = "fetch";

    /// <summary>Look at channels, connections and faults.</summary>
    public const string TcpRead = "tcp:read";

    /// <summary>Set faults, end connections, and use channels over WebSocket.</summary>
    public const string TcpWrite = "tcp:write";

    public static IReadOnlyList<string> All { get; } = [DownloadsRead, DownloadsWrite, Fetch, TcpRead, TcpWrite];
}
