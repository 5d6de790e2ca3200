using System.Security.Authentication;
using System.Security.Cryptography;

namespace EchoService.Tcp.Tls;

/// <summary>Which exceptions are the world's and not ours.</summary>
internal static class TlsFailure
{
    public static bool OfFiles(Exception exception) =>
        exception is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException or NotSupportedException;

    public static bool OfHandshake(Exception exception) =>
        exception is AuthenticationException or IOException or OperationCanceledException or CryptographicException or InvalidOperationException;
}
