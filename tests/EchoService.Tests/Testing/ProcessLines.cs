using System.Diagnostics;

namespace EchoService.Tests.Testing;

/// <summary>What a child process has written so far, line by line, and a signal for each line that comes.</summary>
public sealed class ProcessLines
{
    private readonly List<string> _lines = [];
    private readonly string _name;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _ended;

    private ProcessLines(string name) => _name = name;

    public static ProcessLines OfOutput(Process process)
    {
        var lines = new ProcessLines("output");
        process.OutputDataReceived += (_, line) => lines.Add(line.Data);
        process.BeginOutputReadLine();
        return lines;
    }

    public static ProcessLines OfErrors(Process process)
    {
        var lines = new ProcessLines("errors");
        process.ErrorDataReceived += (_, line) => lines.Add(line.Data);
        process.BeginErrorReadLine();
        return lines;
    }

    public IReadOnlyList<string> Snapshot()
    {
        lock (_lines)
        {
            return [.. _lines];
        }
    }

    /// <summary>Completes when the process has closed its end.</summary>
    public Task EndAsync(CancellationToken cancellationToken) => SeeAsync(static _ => null, cancellationToken);

    /// <summary>The first line, past or to come, that holds <paramref name="text"/>.</summary>
    public async Task<string> WaitForAsync(string text, CancellationToken cancellationToken) =>
        await SeeAsync(lines => lines.Find(line => line.Contains(text, StringComparison.Ordinal)), cancellationToken)
        ?? throw new InvalidOperationException($"The {_name} ended without '{text}':\n{this}");

    public override string ToString() => string.Join('\n', Snapshot());

    private async Task<string?> SeeAsync(Func<List<string>, string?> look, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_lines)
            {
                var seen = look(_lines);
                if (seen is not null || _ended)
                {
                    return seen;
                }

                changed = _changed.Task;
            }

            await changed.WaitAsync(TimeSpan.FromSeconds(60), cancellationToken);
        }
    }

    private void Add(string? line)
    {
        lock (_lines)
        {
            if (line is null)
            {
                _ended = true;
            }
            else
            {
                _lines.Add(line);
            }

            _changed.SetResult();
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }
}
