using System.Buffers.Text;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace EchoService.Tests.Testing;

/// <summary>An API key as <c>echoctl key new</c> makes one, with its place in the configuration.</summary>
public sealed class TestKey(int place, string name, params string[] scopes)
{
    public string Name { get; } = name;

    public string Text { get; } = "ek_" + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    public string Sha256 => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(Text)));

    public (string Key, string? Value)[] Settings =>
    [
        ($"Auth:ApiKeys:{place}:Name", Name),
        ($"Auth:ApiKeys:{place}:Sha256", Sha256),
        .. scopes.Select((scope, n) => ($"Auth:ApiKeys:{place}:Scopes:{n}", (string?)scope)),
    ];

    /// <summary>A client that gives this key and keeps no cookies.</summary>
    public HttpClient ClientOf(Uri address)
    {
        var client = PlainClient(address);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Text);
        return client;
    }

    public static HttpClient PlainClient(Uri address) =>
        new(new SocketsHttpHandler { UseCookies = false, UseProxy = false, AllowAutoRedirect = false }) { BaseAddress = address };
}
