using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using EchoService.Tests.Testing;
using EchoService.WebTests.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace EchoService.WebTests.Tcp;

/// <summary>Connections come and go every moment; "End" ends the one that is aimed at.</summary>
public sealed class ConnectionTableTests(Browser browser)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ARowTellsWhatHasChangedAndStaysTheSame()
    {
        using var service = new ServiceFixture();
        using var client = await ConnectAsync(service);
        await using var open = await browser.OpenAsync(service, "/tcp");
        await Expect(Row(open, client)).ToContainTextAsync("0 B");
        var element = await Row(open, client).ElementHandleAsync();
        await End(open, client).FocusAsync();
        foreach (var bytesIn in (string[])["6 B", "12 B"])
        {
            await AskAsync(client);
            await Expect(Row(open, client)).ToContainTextAsync(bytesIn);
            Assert.True(await element.EvaluateAsync<bool>("row => row.isConnected"), "The row was made anew.");
            await Expect(End(open, client)).ToBeFocusedAsync();
        }

        Assert.Empty(open.Complaints);
    }

    [Fact]
    public async Task APressThatLastsWhileTheListIsReadEndsTheConnection()
    {
        using var service = new ServiceFixture();
        using var client = await ConnectAsync(service);
        await using var open = await browser.OpenAsync(service, "/tcp");
        await End(open, client).HoverAsync();
        await open.Page.Mouse.DownAsync();
        await AskAsync(client);
        await Expect(Row(open, client)).ToContainTextAsync("6 B");
        await open.Page.Mouse.UpAsync();
        await IsResetAsync(client);
        await Expect(open.Page.GetByText("Nobody is connected")).ToBeVisibleAsync();
        Assert.Empty(open.Complaints);
    }

    [Fact]
    public async Task AnOlderConnectionThatEndsDoesNotBringAnotherUnderThePointer()
    {
        using var service = new ServiceFixture();
        using var first = await ConnectAsync(service);
        using var second = await ConnectAsync(service);
        using var third = await ConnectAsync(service);
        await using var open = await browser.OpenAsync(service, "/tcp");
        await Expect(Rows(open)).ToHaveCountAsync(3);
        await End(open, second).HoverAsync();
        var ended = open.Button($"Ended {Name(first)}"); // read now: a closed socket has no name
        first.Close();
        await AskAsync(third);
        await Expect(Row(open, third)).ToContainTextAsync("6 B");
        await Expect(ended).ToHaveAttributeAsync("aria-disabled", "true");
        await open.HasNoAccessibilityViolationsAsync();
        await open.PhotographAsync("connection-ended");

        await open.Page.Mouse.DownAsync();
        await open.Page.Mouse.UpAsync();
        await IsResetAsync(second);
        await AskAsync(third);
        await open.Page.Mouse.MoveAsync(0, 0);
        await Expect(Rows(open)).ToHaveCountAsync(1);
        await Expect(End(open, third)).ToBeVisibleAsync();
        Assert.Empty(open.Complaints);
    }

    [Fact]
    public async Task WhoEndsAConnectionByTheKeyboardKeepsTheFocusAndEndsNoOther()
    {
        using var service = new ServiceFixture();
        using var first = await ConnectAsync(service);
        using var second = await ConnectAsync(service);
        await using var open = await browser.OpenAsync(service, "/tcp");
        await End(open, first).FocusAsync();
        await open.Page.Keyboard.PressAsync("Enter");
        await IsResetAsync(first);
        await Expect(open.Button($"Ended {Name(first)}")).ToBeFocusedAsync();
        await open.Page.Keyboard.PressAsync("Enter");
        await AskAsync(second);
        await Expect(Row(open, second)).ToContainTextAsync("6 B");
        await open.Page.Keyboard.PressAsync("Tab");
        await Expect(End(open, second)).ToBeFocusedAsync();
        Assert.Empty(open.Complaints);
    }

    [Fact]
    public async Task AFaultThatHitsAConnectionDoesNotMoveTheRowsBelowIt()
    {
        using var service = new ServiceFixture();
        using var http = service.CreateClient();
        using var faults = await http.PutAsync(
            "/tcp/channels/echo/faults",
            new StringContent("""[{"type":"Slicer","sliceBytes":1},{"type":"Latency","delayMs":1}]""", Encoding.UTF8, "application/json"), Token);
        faults.EnsureSuccessStatusCode();
        using var first = await ConnectAsync(service);
        using var second = await ConnectAsync(service);
        await using var open = await browser.OpenAsync(service, "/tcp");
        var place = await Row(open, second).EvaluateAsync<double>("row => row.offsetTop");
        await AskAsync(first);
        await Expect(Row(open, first)).ToContainTextAsync("hit by");
        Assert.Equal(place, await Row(open, second).EvaluateAsync<double>("row => row.offsetTop"));
        Assert.Empty(open.Complaints);
    }

    /// <summary>As many come and go as a table has rows, time and again, while the pointer rests on one that stays.</summary>
    [Fact]
    public async Task AListThatIsPointedAtDoesNotGrowOnAndOn()
    {
        using var service = new ServiceFixture();
        using var stays = await ConnectAsync(service);
        await using var open = await browser.OpenAsync(service, "/tcp");
        await End(open, stays).HoverAsync();
        var asked = 0;
        foreach (var rows in (int[])[50, 99, 100, 100])
        {
            asked++;
            var others = await Task.WhenAll(Enumerable.Range(0, 49).Select(_ => ConnectAsync(service)));
            await AskAsync(stays);
            await Expect(Row(open, stays)).ToContainTextAsync($"{6 * asked} B");
            await Expect(Rows(open)).ToHaveCountAsync(rows);
            Array.ForEach(others, other => other.Dispose());
            await Expect(open.Page.GetByRole(AriaRole.Button, new() { Name = "Ended" })).ToHaveCountAsync(rows - 1);
        }

        await open.Page.Mouse.MoveAsync(0, 0);
        await Expect(Rows(open)).ToHaveCountAsync(1);
        Assert.Empty(open.Complaints);
    }

    private static ILocator Rows(OpenPage open) => open.Page.Locator("connection-table tbody tr");

    private static ILocator Row(OpenPage open, TcpClient client) => Rows(open).Filter(new() { HasText = Name(client) });

    private static ILocator End(OpenPage open, TcpClient client) => open.Button($"End {Name(client)}");

    private static string Name(TcpClient client) => client.Client.LocalEndPoint!.ToString()!;

    private static async Task<TcpClient> ConnectAsync(ServiceFixture service)
    {
        var client = new TcpClient(AddressFamily.InterNetwork);
        await client.ConnectAsync("127.0.0.1", await EchoPortAsync(service), Token);
        return client;
    }

    private static async Task<int> EchoPortAsync(ServiceFixture service)
    {
        using var http = service.CreateClient();
        var channels = await http.GetFromJsonAsync<JsonElement>("/tcp/channels", Token);
        return channels.GetProperty("items").EnumerateArray().First(channel => channel.GetProperty("name").GetString() == "echo").GetProperty("port").GetInt32();
    }

    /// <summary>Six bytes there, and their echo.</summary>
    private static async Task AskAsync(TcpClient client)
    {
        await client.GetStream().WriteAsync("Hello\n"u8.ToArray(), Token);
        await client.GetStream().ReadExactlyAsync(new byte["Echoed back: Hello\n".Length], Token);
    }

    private static async Task IsResetAsync(TcpClient client)
    {
        var broken = await Assert.ThrowsAsync<IOException>(() => client.GetStream().ReadExactlyAsync(new byte[1], Token).AsTask().WaitAsync(TimeSpan.FromSeconds(20), Token));
        Assert.Equal(SocketError.ConnectionReset, Assert.IsType<SocketException>(broken.InnerException).SocketErrorCode);
    }
}
