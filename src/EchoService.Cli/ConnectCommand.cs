using System.CommandLine;

namespace EchoService.Cli;

/// <summary><c>connect</c>: telnet's place. Lines go out, what comes back is shown, with round-trip times on standard error.</summary>
internal static class ConnectCommand
{
    public static Command Create()
    {
        var target = new Argument<string[]>("target") { Description = "HOST:PORT, HOST PORT, ws://… or wss://….", Arity = new(1, 2) };
        var tls = new Option<bool>("--tls") { Description = "Speaks TLS." };
        var insecure = new Option<bool>("--insecure", "-k") { Description = "Takes any TLS certificate." };
        var cacert = new Option<string?>("--cacert") { Description = "Trusts the certificates in this PEM file, and no others.", HelpName = "FILE" };
        var headers = new Option<string[]>("--header", "-H") { Description = "With a WebSocket: a request header 'Name: value'; may be given several times.", HelpName = "HEADER" };
        var header = new Option<string?>("--proxy-header") { Description = "Begins with a PROXY protocol header: v1 or v2.", HelpName = "v1|v2" };
        var crlf = new Option<bool>("--crlf") { Description = "Ends lines with CR LF, as telnet does." };
        var quiet = new Option<bool>("--quiet", "-q") { Description = "No times, no summary." };
        var count = new Option<int>("--count", "-c") { Description = "Sends this many lines of its own, and stops.", HelpName = "N" };
        var interval = new Option<double>("--interval") { Description = "Seconds between two of these lines.", DefaultValueFactory = _ => 1, HelpName = "SECONDS" };
        var timeout = new Option<double>("--timeout") { Description = "Seconds to wait for the last of these lines' replies.", DefaultValueFactory = _ => 5, HelpName = "SECONDS" };
        Check.OneOf(header, "v1", "v2");
        Check.Within(count, 1, int.MaxValue);
        Check.Within(interval, 0, Check.MostSeconds);
        Check.Within(timeout, 0, Check.MostSeconds);
        var command = new ExampleCommand("connect", "Talks to a TCP service or a WebSocket line by line.",
            "echoctl connect localhost:8888", "echoctl connect localhost:8888 --count 5 --interval 0.2",
            "printf 'cat face\\n' | echoctl connect localhost:2323", "echoctl connect ws://localhost:8080/tcp/echo",
            "echoctl connect lb.example:443 --tls --proxy-header v2")
        { target, tls, cacert, insecure, header, headers, crlf, quiet, count, interval, timeout };
        command.SetAction(async (parsed, token) =>
        {
            var options = new PeerOptions(
                TargetOf(parsed.GetValue(target)!), parsed.GetValue(tls), parsed.GetValue(insecure), parsed.GetValue(cacert) is { } file ? TransferOptions.Roots(file) : null,
                parsed.GetValue(header), TransferOptions.Headers(parsed.GetValue(headers)));
            await using var peer = await Peer.ConnectAsync(options, token);
            using var output = new Output();
            var session = new ConnectSession(peer, output, TimeProvider.System, parsed.GetValue(crlf) ? "\r\n" : "\n", parsed.GetValue(quiet));
            return parsed.GetResult(count) is { Implicit: false }
                ? await session.ProbeAsync(parsed.GetValue(count), TimeSpan.FromSeconds(parsed.GetValue(interval)), TimeSpan.FromSeconds(parsed.GetValue(timeout)), token)
                : await session.TalkAsync(token);
        });
        return command;
    }

    /// <summary>Host and port may stand apart, as for telnet; an IPv6 address then needs no brackets.</summary>
    private static string TargetOf(string[] words) => words is [var host, var port]
        ? host.Contains(':', StringComparison.Ordinal) && !host.StartsWith('[') ? $"[{host}]:{port}" : $"{host}:{port}"
        : words[0];
}
