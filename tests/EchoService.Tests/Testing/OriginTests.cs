using System.Security.Cryptography;

namespace EchoService.Tests.Testing;

public sealed class OriginTests
{
    [Fact]
    public void ABodyIsTheSameHoweverItIsCut()
    {
        var body = new SeededBody(42, 1003);
        var whole = body.ToArray();
        var pieces = new byte[1003];
        for (var at = 0; at < pieces.Length; at += 17)
        {
            body.Fill(at, pieces.AsSpan(at, Math.Min(17, pieces.Length - at)));
        }

        Assert.Equal(whole, pieces);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(whole)), body.Sha256);
        Assert.NotEqual(whole, new SeededBody(43, 1003).ToArray());
    }

    [Fact]
    public async Task AnswersInOrderAndCounts()
    {
        var token = TestContext.Current.CancellationToken;
        await using var origin = await Origin.StartAsync(token);
        var gate = new TaskCompletionSource();
        origin.On("/x", OriginAnswer.Error(503), OriginAnswer.Text("second") with { Gate = gate.Task }).OnPrefix("/many/", (path, _) => OriginAnswer.Text(path));
        using var client = new HttpClient();
        Assert.Equal(503, (int)(await client.GetAsync(origin.Url("/x"), token)).StatusCode);
        var gated = Task.WhenAll(client.GetStringAsync(origin.Url("/x"), token), client.GetStringAsync(origin.Url("/x"), token));
        await origin.RequestAsync("/x", 3, token);
        Assert.Equal("/many/1", await client.GetStringAsync(origin.Url("/many/1"), token));
        gate.SetResult();
        Assert.Equal(["second", "second"], await gated);
        Assert.Equal((3, 4, 3, 3), (origin.Requests("/x"), origin.TotalRequests, origin.MostAtOnce, origin.MostAtOnceOf(origin.Address.Authority)));
    }
}
