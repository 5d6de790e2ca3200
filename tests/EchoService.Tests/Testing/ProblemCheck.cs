using System.Text.Json;

namespace EchoService.Tests.Testing;

/// <summary>Whether an error answer is a problem that a program can use and that tells nothing of the inside.</summary>
public static class ProblemCheck
{
    private static readonly string[] s_inside =
        ["EchoService.", "System.", "Microsoft.", "Exception", "   at ", "/tmp/", "/src/", "/home/", "/root/", ".cs:", ".db", "127.0.0.1", "::1", "SELECT "];

    /// <summary>What is wrong with it; null: nothing.</summary>
    public static string? Fault(int status, string? mediaType, string body)
    {
        if (mediaType != "application/problem+json")
        {
            return $"{status} came as {mediaType}: {body}";
        }

        var problem = JsonDocument.Parse(body).RootElement;
        if (problem.GetProperty("status").GetInt32() != status || problem.GetProperty("title").GetString() is not { Length: > 0 })
        {
            return $"status or title is not that of {status}: {body}";
        }

        var code = problem.GetProperty("code").GetString()!;
        return !char.IsAsciiLetterLower(code[0]) || !code.All(char.IsAsciiLetter) ? $"no code: {body}"
            : s_inside.FirstOrDefault(word => body.Contains(word, StringComparison.Ordinal)) is { } word ? $"tells of the inside ({word}): {body}"
            : null;
    }

    /// <summary>Fails unless it is such a problem; answers its code.</summary>
    public static async Task<string> CodeAsync(HttpResponseMessage response)
    {
        var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var fault = Fault((int)response.StatusCode, response.Content.Headers.ContentType?.MediaType, body);
        Assert.True(fault is null, fault);
        return JsonDocument.Parse(body).RootElement.GetProperty("code").GetString()!;
    }
}
