using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;

namespace EchoService.Cli;

/// <summary>Asks a service's HTTP API. What goes wrong is one line.</summary>
internal sealed class ServerClient : IDisposable
{
    private readonly HttpClient _http;

    public ServerClient(Uri server, string? key)
    {
        _http = new HttpClient(new SocketsHttpHandler { ConnectCallback = ConnectAsync, ConnectTimeout = TimeSpan.FromSeconds(10) })
        {
            BaseAddress = server.AbsoluteUri.EndsWith('/') ? server : new Uri(server.AbsoluteUri + "/"),
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _http.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", UserAgent.Text);
        if (key is not null)
        {
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }
    }

    /// <summary>As people write it.</summary>
    public string Name => _http.BaseAddress!.AbsoluteUri.TrimEnd('/');

    public Task<JsonElement> GetAsync(string path, CancellationToken token) => ReadAsync(new HttpRequestMessage(HttpMethod.Get, path), token);

    public Task<JsonElement> PostAsync(string path, HttpContent? content, CancellationToken token) =>
        ReadAsync(new HttpRequestMessage(HttpMethod.Post, path) { Content = content }, token);

    /// <summary>A stream of server-sent events after the one seen last. Whoever gets it disposes it.</summary>
    public Task<HttpResponseMessage> EventsAsync(string path, string? lastEventId, CancellationToken token)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        if (lastEventId is not null)
        {
            request.Headers.TryAddWithoutValidation("Last-Event-ID", lastEventId);
        }

        return SendAsync(request, token);
    }

    public void Dispose() => _http.Dispose();

    /// <summary>A watcher only listens: without probes it would wait for ever for a machine that is gone.</summary>
    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken token)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 20);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 5);
            await socket.ConnectAsync(context.DnsEndPoint, token);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task<JsonElement> ReadAsync(HttpRequestMessage request, CancellationToken token)
    {
        using var response = await SendAsync(request, token);
        try
        {
            return Parse(await response.Content.ReadAsStringAsync(token));
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw Away(exception);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken token)
    {
        using (request)
        {
            try
            {
                var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, token);
                if (response.IsSuccessStatusCode)
                {
                    return response;
                }

                using (response)
                {
                    throw Refused(response, await response.Content.ReadAsStringAsync(token));
                }
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException || (exception is OperationCanceledException && !token.IsCancellationRequested))
            {
                throw Away(exception);
            }
        }
    }

    private CommandException Away(Exception exception) => new($"{Name} cannot be reached: {CommandLine.Reason(exception)}", inner: exception) { MayPass = true };

    private JsonElement Parse(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.Clone();
        }
        catch (JsonException exception)
        {
            throw new CommandException($"{Name} answers no JSON: it is no EchoService.", inner: exception);
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
            detail += Fields(problem);
        }

        var remedy = status == 401 ? " An API key goes with --key or ECHOCTL_KEY." : "";
        return new CommandException($"{Name} answers {status}: {detail}{remedy}", status == 400 ? ExitCode.BadUsage : ExitCode.SomeFailed) { MayPass = status >= 500 };
    }

    /// <summary>What is wrong with which field of the request.</summary>
    private static string Fields(JsonElement problem) => problem.TryGetProperty("errors", out var errors) && errors.ValueKind == JsonValueKind.Object
        ? string.Concat(errors.EnumerateObject().Select(field => $" {field.Name}: {string.Join(' ', field.Value.EnumerateArray().Select(line => line.GetString()))}"))
        : "";
}
