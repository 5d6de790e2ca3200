using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using EchoService.Http;
using EchoService.Tests.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace EchoService.Tests.Http;

/// <summary>Every error is a problem with a stable code, and tells nothing of our inside.</summary>
public sealed class ProblemTests : IAsyncLifetime
{
    private readonly LogCapture _logs = new();
    private readonly WebApplication _app;
    private readonly HttpClient _client = new();

    public ProblemTests()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(_logs);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = 10_000);
        builder.Services.AddProblems();
        _app = builder.Build();
        _app.Urls.Add("http://127.0.0.1:0");
        _app.UseProblems();
        _app.MapGet("/get", () => "got");
        _app.MapPost("/json", (Body body) => Results.Ok(body.Number));
        _app.MapGet("/throw", string () => throw new InvalidOperationException("secret"));
        _app.MapGet("/number/{n}", (int n) => n);
    }

    public async ValueTask InitializeAsync()
    {
        await _app.StartAsync(TestContext.Current.CancellationToken);
        _client.BaseAddress = new Uri(_app.Urls.Single());
    }

    [Theory]
    [InlineData("GET", "/nowhere", null, 404, "notFound")]
    [InlineData("DELETE", "/get", null, 405, "methodNotAllowed")]
    [InlineData("POST", "/json", "text/csv", 415, "unsupportedMediaType")]
    [InlineData("POST", "/json", "application/json", 400, "malformedJson")]
    [InlineData("GET", "/number/many", null, 400, "invalidRequest")]
    [InlineData("GET", "/throw", null, 500, "internalError")]
    public async Task AnswersWithItsCode(string method, string path, string? contentType, int status, string code)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/html")); // no reason to answer otherwise
        if (contentType is not null)
        {
            request.Content = new StringContent("{\n\"number\": many}", Encoding.UTF8, contentType);
        }

        using var response = await _client.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode)status, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        using var problem = JsonDocument.Parse(text);
        Assert.Equal(code, problem.RootElement.GetProperty("code").GetString());
        Assert.Equal(status, problem.RootElement.GetProperty("status").GetInt32());
        Assert.DoesNotContain("secret", text, StringComparison.Ordinal);
        Assert.DoesNotContain("EchoService", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ABodyThatIsTooLargeIs413()
    {
        using var content = new StringContent($"{{ \"number\": {new string('1', 20_000)} }}", Encoding.UTF8, "application/json");
        using var response = await _client.PostAsync("/json", content, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Contains("\"code\":\"bodyTooLarge\"", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TellsWhereTheJsonIsMalformed()
    {
        using var content = new StringContent("{\n\"number\": many}", Encoding.UTF8, "application/json");
        using var response = await _client.PostAsync("/json", content, TestContext.Current.CancellationToken);
        Assert.Contains("line 2, byte 11, at $.number.", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task LogsAnUnhandledExceptionAndNoBadRequest()
    {
        using var bad = await _client.GetAsync("/number/many", TestContext.Current.CancellationToken);
        using var failed = await _client.GetAsync("/throw", TestContext.Current.CancellationToken);
        var errors = _logs.Lines.Where(line => line.Level >= LogLevel.Warning && !SlowHeartbeat.IsToldBy(line.Message)).ToArray();
        Assert.Equal("secret", Assert.Single(errors).Exception!.Message);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _app.DisposeAsync();
        _logs.Dispose();
    }

    private sealed record Body(int Number);
}
