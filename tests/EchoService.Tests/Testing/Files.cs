using System.Security.Cryptography;

namespace EchoService.Tests.Testing;

internal static class Files
{
    /// <summary>64 lower-case hexadecimal digits.</summary>
    public static string Sha256(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
