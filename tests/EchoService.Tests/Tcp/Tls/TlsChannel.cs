using EchoService.Tests.Testing;

namespace EchoService.Tests.Tcp.Tls;

/// <summary>A service whose echo channel speaks TLS as <c>echo.example</c>.</summary>
internal static class TlsChannel
{
    public const string Section = "Tcp:Channels:echo:Tls";

    public static ServiceFixture Serve(this TestAuthority authority, params (string Key, string? Value)[] more) =>
        new([.. authority.Pair($"{Section}:Certificate", "echo.example"), .. more]);

    /// <summary>The settings of a certificate that is issued to this name.</summary>
    public static (string Key, string? Value)[] Pair(this TestAuthority authority, string key, string name)
    {
        using var issued = authority.Issue(name);
        var (certificate, privateKey) = authority.WritePair(name, issued);
        return [($"{key}:Path", certificate), ($"{key}:KeyPath", privateKey)];
    }
}
