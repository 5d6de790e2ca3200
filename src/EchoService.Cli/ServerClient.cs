using System.Net.Http.Headers;
using System.Text.Json;

namespace EchoService.Cli;

/// <summary>Asks a service's HTTP API. What goes wrong is one line.</summary>
internal sealed class ServerClient : IDisposable
{
    private readonly HttpClient _http;

    public ServerClient(Uri server, string? key)
    {
        _http = new HttpClient { BaseAddress = server.AbsoluteUri.EndsWith('/') ? server : new Uri(server.AbsoluteUri + "/"), Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", UserAgent.Text);
        if (key is not null)
        {
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }
    }

    public Task<JsonElement> GetAsync(string path, CancellationToken token) => SendAsync(new HttpRequestMessage(HttpMethod.Get, path), token);

    public Task<JsonElement> PostAsync(string path, HttpContent? content, CancellationToken token) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Post, path) { Content = content }, token);

    public void Dispose() => _http.Dispose();

    private async Task<JsonElement> SendAsync(HttpRequestMessage request, CancellationToken token)
    {
        using (request)
        {
            try
            {
                using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, token);
                var text = await response.Content.ReadAsStringAsync(token);
                return response.IsSuccessStatusCode ? Parse(text) : throw Refused(response, text);
            }
            catch (HttpRequestException exception)
            {
                throw new CommandException($"{_http.BaseAddress} cannot be reached: {exception.InnerException?.Message ?? exception.Message}", inner: exception);
            }
        }
    }

    private JsonElement Parse(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.Clone();
        }
        catch (JsonException exception)
        {
            throw new CommandException($"{_http.BaseAddress} answers no JSON: it is no EchoService.", inner: exception);
        }
    }

    /// <summary>From the RFC 9457 problem, where there is one.</summary>
    private CommandException Refused(HttpResponseMessage response, string text)
    {
        var status = (int)response.StatusCode;
        var detail = response.ReasonPhrase;
        if (response.Content.Headers.ContentType?.MediaType == "application/problem+json" && Parse(text) is var problem)
        {
            detail = problem.TryGetProperty("detail", out var value) && value.GetString() is { } told ? told : problem.GetProperty("title").GetString();
        }

        return new CommandException($"{_http.BaseAddress} answers {status}: {detail}", status == 400 ? ExitCode.BadUsage : ExitCode.SomeFailed);
    }
}
