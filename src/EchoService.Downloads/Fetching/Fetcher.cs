using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.Options;

namespace EchoService.Downloads.Fetching;

/// <summary>
/// Fetches one URL: follows its redirects, resumes where that is safe, and says in the item's terms what went wrong. Never throws for what an
/// origin or the network did.
/// </summary>
/// <remarks>
/// Every 2xx is a success, as for <c>curl -f</c> and <c>wget</c>: 204 and 205 are empty bodies. Only a 206 that nobody asked for is none: it is a
/// piece of the resource.
/// </remarks>
/// <param name="settings">What the program around the fetcher decides.</param>
/// <param name="meters">Scopes the HTTP stack's own metrics.</param>
internal sealed partial class Fetcher(
    IOptions<DownloadsOptions> options,
    TimeProvider time,
    FetcherSettings? settings = null,
    IMeterFactory? meters = null) : IDisposable
{
    private const int MostRedirects = 5;
    private readonly DownloadsOptions _options = options.Value;
    private readonly Bandwidth _bandwidth = new(options.Value.MaxBytesPerSecond, time);
    private readonly string? _authorization = settings?.Authorization;

    /// <summary>Made before the first request, and not in its time: a service without jobs does without the HTTP stack.</summary>
    private readonly Lazy<FetchTransport> _transport = new(() => new FetchTransport(options.Value, settings ?? new FetcherSettings(), time, meters));

    /// <exception cref="OperationCanceledException">The caller's token was cancelled; nothing else is thrown.</exception>
    public async Task<FetchResponse> OpenAsync(FetchRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _ = _transport.Value;
        var clock = new FetchClock(request.Timeout, time, cancellationToken);
        FetchResponse? response = null;
        try
        {
            response = await FollowAsync(request, clock);
            return response;
        }
        finally
        {
            if (response is not { Error: null })
            {
                clock.Dispose();
            }
        }
    }

    public void Dispose()
    {
        if (_transport.IsValueCreated)
        {
            _transport.Value.Dispose();
        }
    }

    private async Task<FetchResponse> FollowAsync(FetchRequest request, FetchClock clock)
    {
        var url = request.Url;
        var ownOrigin = true;
        for (var redirects = 0; ; redirects++)
        {
            var (message, error) = await SendAsync(request, url, ownOrigin, clock);
            if (error is not null)
            {
                return FetchResponse.Failed(url, error);
            }

            if (!Redirects.IsOne(message!))
            {
                return await AcceptAsync(request, url, message!, clock);
            }

            error = Redirects.Next(message!, url, redirects >= MostRedirects, out var next);
            await DiscardAsync(message!);
            if (error is not null)
            {
                return FetchResponse.Failed(url, error);
            }

            // Once away from the origin that the headers were given for, they never come back.
            ownOrigin &= Redirects.SameOrigin(url, next!);
            url = next!;
        }
    }

    private async Task<(HttpResponseMessage?, FetchError?)> SendAsync(FetchRequest request, Uri url, bool ownOrigin, FetchClock clock)
    {
        using var message = Message(request, url, ownOrigin);
        try
        {
            return (await _transport.Value.SendAsync(message, clock), null);
        }
        catch (Exception e) when (FetchFailure.IsOrigins(e))
        {
            return (null, clock.Token.IsCancellationRequested ? clock.Why() : FetchFailure.OfHeaders(e));
        }
    }

    private HttpRequestMessage Message(FetchRequest request, Uri url, bool ownOrigin)
    {
        var message = new HttpRequestMessage(HttpMethod.Get, url)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        message.Headers.TryAddWithoutValidation("User-Agent", _transport.Value.UserAgent);
        message.Headers.TryAddWithoutValidation("Accept", "*/*");
        FetchHeaders.Apply(message, request.Headers, ownOrigin);
        if (ownOrigin && _authorization is not null && message.Headers.Authorization is null)
        {
            message.Headers.TryAddWithoutValidation("Authorization", _authorization);
        }

        message.Headers.TryAddWithoutValidation("Accept-Encoding", request.Identity ? "identity" : BodyDecoding.Accepted);
        if (request is { ResumeFrom: > 0, ResumeETag: { } etag })
        {
            message.Headers.Range = new RangeHeaderValue(request.ResumeFrom, null);
            message.Headers.TryAddWithoutValidation("If-Range", etag);
        }

        return message;
    }

    private async Task<FetchResponse> AcceptAsync(FetchRequest request, Uri url, HttpResponseMessage message, FetchClock clock)
    {
        var resumedFrom = 0L;
        if (request is { ResumeFrom: > 0, ResumeETag: { } etag })
        {
            switch (ResumeAnswers.Judge(message, request.ResumeFrom, etag))
            {
                case ResumeAnswer.Useless:
                    await DiscardAsync(message);
                    return await FollowAsync(request with { ResumeFrom = 0, ResumeETag = null }, clock);
                case ResumeAnswer.Rest:
                    resumedFrom = request.ResumeFrom;
                    break;
            }
        }

        var response = new FetchResponse(request, url, message, resumedFrom, clock, TimeSpan.FromSeconds(_options.StallSeconds), _bandwidth)
        {
            Error = ErrorOf(request, message, resumedFrom),
        };
        if (response.Error is not null)
        {
            await DiscardAsync(message);
        }

        return response;
    }

    private FetchError? ErrorOf(FetchRequest request, HttpResponseMessage message, long resumedFrom)
    {
        var piece = message.StatusCode == HttpStatusCode.PartialContent && resumedFrom == 0;
        if (!message.IsSuccessStatusCode || piece)
        {
            var retryAfter = message.Headers.NonValidated.TryGetValues("Retry-After", out var values) ? values.First() : null;
            return FetchFailure.OfStatus(message.StatusCode, RetryAfter.Parse(retryAfter, time.GetUtcNow()));
        }

        // The stack passes over a length that is none, and would read to the end of the connection.
        if (message.Content.Headers.ContentLength is null && message.Content.Headers.NonValidated.Contains("Content-Length"))
        {
            return FetchFailure.NoHttp;
        }

        return resumedFrom + ResumeAnswers.LengthOf(message, resumedFrom) > request.MaxBytes ? FetchFailure.TooLarge(request.MaxBytes) : null;
    }

    /// <summary>Reads a short unwanted body away, so that the connection serves the next request; a long or slow one costs the connection.</summary>
    private async Task DiscardAsync(HttpResponseMessage message)
    {
        using (message)
        {
            if (message.Content.Headers.ContentLength is not (> 0 and <= 16 << 10))
            {
                return;
            }

            try
            {
                using var brief = new CancellationTokenSource(TimeSpan.FromMilliseconds(250), time);
                await message.Content.CopyToAsync(Stream.Null, brief.Token);
            }
            catch (Exception e) when (FetchFailure.IsOrigins(e))
            {
                // The answer is known already, and the connection goes with the message.
            }
        }
    }
}
