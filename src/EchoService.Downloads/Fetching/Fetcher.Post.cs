using System.Net.Http.Headers;

namespace EchoService.Downloads.Fetching;

/// <summary>Hands JSON to a URL, through the same guard as every fetch.</summary>
internal sealed partial class Fetcher
{
    /// <returns>Null: a 2xx came. A redirect is an error: nobody said that the other place may have it.</returns>
    public async Task<FetchError?> PostAsync(Uri url, byte[] json, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var transport = _transport.Value;
        using var clock = new FetchClock(timeout, time, cancellationToken);
        using var message = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(json) };
        message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        message.Headers.TryAddWithoutValidation("User-Agent", transport.UserAgent);
        try
        {
            var answer = await transport.SendAsync(message, clock);
            var retryAfter = answer.Headers.NonValidated.TryGetValues("Retry-After", out var values) ? values.First() : null;
            var error = answer.IsSuccessStatusCode ? null : FetchFailure.OfStatus(answer.StatusCode, RetryAfter.Parse(retryAfter, time.GetUtcNow()));
            await DiscardAsync(answer);
            return error;
        }
        catch (Exception e) when (FetchFailure.IsOrigins(e))
        {
            return clock.Token.IsCancellationRequested ? clock.Why() : FetchFailure.OfHeaders(e);
        }
    }
}
