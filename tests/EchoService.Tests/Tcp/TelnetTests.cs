using System.Diagnostics;
using System.Globalization;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Tcp;

/// <summary>The programs that people try a channel with, as they are on Debian.</summary>
public sealed class TelnetTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TelnetShowsTheEcho()
    {
        using var service = new ServiceFixture();
        using var telnet = Telnet(service.PortOf("echo"));
        var output = ProcessLines.OfOutput(telnet);
        await output.WaitForAsync("Escape character is", Cancelled);
        await telnet.StandardInput.WriteAsync("Hello, World!\n".AsMemory(), Cancelled);
        await output.WaitForAsync("Echoed back: Hello, World!", Cancelled);
        await service.Logs.WaitForAsync(@"Data received: 'Hello, World!\r\n'");
        telnet.Kill(entireProcessTree: true);
    }

    [Fact]
    public async Task TelnetSaysThatTheServerClosedAfterTheWholeReply()
    {
        using var service = new ServiceFixture(("Tcp:Channels:echo:Close:After", "Replies"));
        using var telnet = Telnet(service.PortOf("echo"));
        var output = ProcessLines.OfOutput(telnet);
        await output.WaitForAsync("Escape character is", Cancelled);
        await telnet.StandardInput.WriteAsync("Hello, World!\n".AsMemory(), Cancelled);
        await output.WaitForAsync("Connection closed by foreign host.", Cancelled);
        Assert.Contains("Echoed back: Hello, World!", output.ToString(), StringComparison.Ordinal);
        await service.Logs.WaitForAsync("Close the client socket: replied");
        await telnet.WaitForExitAsync(Cancelled);
    }

    [Fact]
    public async Task NetcatGetsATailWithoutNewlineBack()
    {
        Assert.SkipWhen(!File.Exists("/usr/bin/nc"), "netcat-openbsd is not installed");
        using var service = new ServiceFixture();
        using var netcat = Start("nc", "-N", "127.0.0.1", service.PortOf("echo").ToString(CultureInfo.InvariantCulture));
        await netcat.StandardInput.WriteAsync("no newline".AsMemory(), Cancelled);
        netcat.StandardInput.Close();
        Assert.Equal("Echoed back: no newline", await netcat.StandardOutput.ReadToEndAsync(Cancelled));
        await netcat.WaitForExitAsync(Cancelled);
        Assert.Equal(0, netcat.ExitCode);
    }

    /// <summary>telnet wants a terminal; script gives it one.</summary>
    private static Process Telnet(int port)
    {
        Assert.SkipWhen(!File.Exists("/usr/bin/telnet"), "telnet is not installed");
        Assert.SkipWhen(!File.Exists("/usr/bin/script"), "script (bsdutils) is not installed");
        return Start("script", "--quiet", "--return", "--flush", "--command", string.Create(CultureInfo.InvariantCulture, $"telnet 127.0.0.1 {port}"), "/dev/null");
    }

    private static Process Start(string program, params string[] arguments) => Process.Start(new ProcessStartInfo(program, arguments)
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        UseShellExecute = false,
    })!;
}
