using System.Diagnostics;
using System.Net;

namespace EchoService.Tests.Http;

/// <summary>Whether a rate of one request a second holds, also where the machine takes seconds to ask.</summary>
internal static class RateCheck
{
    private const int Asked = 20;

    /// <summary>Asks twenty times at once: fails unless the burst is served, and beside it at most one for each second that this took.</summary>
    /// <returns>The answers of all others, which are 429.</returns>
    public static async Task<HttpResponseMessage[]> ExceedAsync(int burst, Func<int, Task<HttpResponseMessage>> ask)
    {
        var clock = Stopwatch.StartNew();
        var answers = await Task.WhenAll(Enumerable.Range(1, Asked).Select(ask));
        var seconds = (int)clock.Elapsed.TotalSeconds;
        var refused = answers.Where(answer => answer.StatusCode != HttpStatusCode.OK).ToArray();
        Assert.All(refused, answer => Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode));
        Assert.InRange(refused.Length, Math.Max(1, Asked - burst - seconds), Asked - burst);
        return refused;
    }

    /// <summary>A request that says it comes from this address.</summary>
    public static async Task<HttpResponseMessage> AskFromAsync(HttpClient http, string path, string address)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("X-Forwarded-For", address);
        return await http.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
