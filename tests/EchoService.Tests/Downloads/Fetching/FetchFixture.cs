using System.Security.Cryptography;
using EchoService.Downloads;
using EchoService.Downloads.Fetching;
using EchoService.Tests.Testing;
using Microsoft.Extensions.Options;

namespace EchoService.Tests.Downloads.Fetching;

/// <summary>A fetcher that may go to the loopback network, and short limits where a test waits for them.</summary>
internal static class FetchFixture
{
    public static Fetcher Fetcher(Action<DownloadsOptions>? configure = null, FetcherSettings? settings = null, TimeProvider? time = null)
    {
        var options = new DownloadsOptions();
        options.Egress.AllowedNetworks.Add("127.0.0.0/8");
        configure?.Invoke(options);
        return new Fetcher(Options.Create(options), time ?? TimeProvider.System, settings ?? new FetcherSettings { TrustedRoots = [Origin.Root] });
    }

    public static FetchRequest Request(Uri url) => new(url) { MaxBytes = 1L << 40, Timeout = TimeSpan.FromMinutes(5) };

    /// <summary>Fetches the whole body and says how it ended.</summary>
    public static async Task<Fetched> FetchAsync(this Fetcher fetcher, FetchRequest request)
    {
        var token = TestContext.Current.CancellationToken;
        await using var response = await fetcher.OpenAsync(request, token);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var count = 0L;
        var error = await response.CopyToAsync(
            (bytes, _) =>
            {
                hash.AppendData(bytes.Span);
                count += bytes.Length;
                return ValueTask.CompletedTask;
            },
            token);
        return new Fetched(response, error, count, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    public static Task<Fetched> FetchAsync(this Fetcher fetcher, Uri url) => fetcher.FetchAsync(Request(url));
}

internal sealed record Fetched(FetchResponse Response, FetchError? Error, long Bytes, string Sha256)
{
    public ErrorCode? Code => Error?.Code;
}
