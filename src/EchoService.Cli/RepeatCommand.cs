using System.CommandLine;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace EchoService.Cli;

/// <summary><c>repeat HOST:PORT N</c>: asks a repeat channel for N lines and shows when each is taken, in seconds since the server's start.</summary>
internal static class RepeatCommand
{
    /// <summary>How long a server may take to say its start time. One that is no repeat channel waits for us.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    public static Command Create()
    {
        var target = new Argument<string>("host:port") { Description = "Where the repeat channel listens." };
        var count = new Argument<int>("N") { Description = "Lines to ask for." };
        var delay = new Option<double>("--delay") { Description = "Seconds to wait before each line is taken.", DefaultValueFactory = _ => 1, HelpName = "SECONDS" };
        Check.Within(count, 0, int.MaxValue);
        Check.Within(delay, 0, Check.MostSeconds);
        var command = new ExampleCommand("repeat", "Asks a repeat channel for N lines.",
            "echoctl repeat localhost:1234 3", "echoctl repeat localhost:1234 1000 --delay 0") { target, count, delay };
        command.SetAction((parsed, token) => RunAsync(
            HostPort.Parse(parsed.GetValue(target)!), parsed.GetValue(count), TimeSpan.FromSeconds(parsed.GetValue(delay)), TimeProvider.System, token));
        return command;
    }

    private static async Task<string?> FirstLineAsync(StreamReader reader, TimeProvider time, CancellationToken token)
    {
        using var late = new CancellationTokenSource(s_patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, token);
        try
        {
            return await reader.ReadLineAsync(either.Token);
        }
        catch (OperationCanceledException) when (!token.IsCancellationRequested)
        {
            return null;
        }
    }

    private static async Task<int> RunAsync(HostPort target, int count, TimeSpan delay, TimeProvider time, CancellationToken token)
    {
        using var output = new Output();
        await using var stream = new NetworkStream(await target.ConnectAsync(token), ownsSocket: true);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        if (await FirstLineAsync(reader, time, token) is not { } first
            || !double.TryParse(first, NumberStyles.Float, CultureInfo.InvariantCulture, out var started))
        {
            throw new CommandException($"{target} is no repeat channel: it did not begin with its start time.");
        }

        await stream.WriteAsync(Encoding.ASCII.GetBytes(count.ToString(CultureInfo.InvariantCulture) + "\n"), token);
        var taken = 0;
        while (true)
        {
            await Task.Delay(taken < count ? delay : TimeSpan.Zero, time, token);
            if (await reader.ReadLineAsync(token) is not { } line)
            {
                return taken == count ? ExitCode.Done : throw new CommandException($"{target} closed the connection after {taken} of {count} lines.");
            }

            if (line.StartsWith("error:", StringComparison.Ordinal))
            {
                throw new CommandException($"{target} answered: {line}");
            }

            taken++;
            var since = time.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0 - started;
            await output.Text.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{since:0.0} Got line:  {line}"));
            await output.Text.FlushAsync(token);
        }
    }
}
