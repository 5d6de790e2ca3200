using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;

namespace EchoService.Auth;

/// <summary>A configured key. It is known by its digest alone: the configuration cannot give it away.</summary>
internal sealed class ApiKey : IDisposable
{
    /// <summary>Keys of <c>echoctl key new</c> have 46 characters; whatever is longer than this is none, and is not even hashed.</summary>
    private const int MaxLength = 512;

    private readonly byte[] _sha256;
    private readonly CancellationTokenSource _revoked = new();

    public ApiKey(ApiKeyOptions options)
    {
        Revoked = _revoked.Token;
        _sha256 = Convert.FromHexString(options.Sha256);
        Name = options.Name;
        Scopes = [.. options.Scopes.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        Principal = new ClaimsPrincipal(new ClaimsIdentity(
            [new Claim(ClaimTypes.Name, Name), .. Scopes.Select(scope => new Claim(Access.ScopeClaim, scope))], Access.Scheme));
    }

    public string Name { get; }

    public IReadOnlyList<string> Scopes { get; }

    public ClaimsPrincipal Principal { get; }

    /// <summary>Is cancelled when the key is no longer in the configuration, or is there with another name or other scopes.</summary>
    public CancellationToken Revoked { get; }

    /// <summary>The digest by which keys are compared; null: this can be no key.</summary>
    public static byte[]? DigestOf(string text) =>
        text.Length is > 0 and <= MaxLength ? SHA256.HashData(Encoding.UTF8.GetBytes(text)) : null;

    /// <summary>Takes the same time whatever the answer.</summary>
    public bool Is(ReadOnlySpan<byte> digest) => CryptographicOperations.FixedTimeEquals(_sha256, digest);

    /// <summary>Whether both are the same key of the same name with the same scopes.</summary>
    public bool Grants(ApiKey other) => Is(other._sha256) && Name == other.Name && Scopes.SequenceEqual(other.Scopes, StringComparer.Ordinal);

    /// <summary>Revokes it.</summary>
    public void Dispose()
    {
        _revoked.Cancel();
        _revoked.Dispose();
    }
}
