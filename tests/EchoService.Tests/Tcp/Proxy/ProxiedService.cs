using EchoService.Tests.Testing;

namespace EchoService.Tests.Tcp.Proxy;

/// <summary>A service whose echo channel takes PROXY headers, and one of these.</summary>
internal static class ProxiedService
{
    public const string V1 = "PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n";

    public static ServiceFixture Service(string mode, string trusted = "127.0.0.0/8", params (string Key, string? Value)[] more) => new(
        [("Tcp:Channels:echo:ProxyProtocol", mode), ("Tcp:Channels:echo:TrustedProxies:0", trusted), .. more]);
}
