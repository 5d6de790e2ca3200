namespace EchoService.Cli;

/// <summary><c>|/-\</c> turning beside a text on standard error while something slow runs; erased at its end. Nothing where standard error is no terminal.</summary>
internal sealed class Spinner : IAsyncDisposable
{
    private const string Faces = "|/-\\";
    private static readonly TimeSpan s_turn = TimeSpan.FromMilliseconds(100);

    private readonly CancellationTokenSource _stop = new();
    private readonly Task _turning;

    public Spinner(string text, TimeProvider time) =>
        _turning = Console.IsErrorRedirected ? Task.CompletedTask : TurnAsync(text, time);

    /// <summary>When this returns the line is free.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _turning;
        _stop.Dispose();
    }

    private async Task TurnAsync(string text, TimeProvider time)
    {
        var shown = false;
        try
        {
            for (var turn = 0; ; turn++)
            {
                await Task.Delay(s_turn, time, _stop.Token);
                shown = true;
                await Console.Error.WriteAsync($"\r{Faces[turn % Faces.Length]} {text}");
            }
        }
        catch (OperationCanceledException)
        {
            // To the line's begin, and erase to its end.
            await Console.Error.WriteAsync(shown ? "\r\e[K" : "");
        }
    }
}
