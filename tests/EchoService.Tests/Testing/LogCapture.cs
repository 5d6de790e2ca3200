using Microsoft.Extensions.Logging;

namespace EchoService.Tests.Testing;

/// <summary>Keeps log lines in memory; a test looks at them or waits for one.</summary>
public sealed class LogCapture : ILoggerProvider
{
    private readonly List<LogLine> _lines = [];

    public IReadOnlyList<LogLine> Lines
    {
        get
        {
            lock (_lines)
            {
                return [.. _lines];
            }
        }
    }

    /// <summary>The first line, past or to come, that holds <paramref name="text"/>.</summary>
    public async Task<LogLine> WaitForAsync(string text)
    {
        LogLine? found = null;
        await Eventually.True(
            () => (found = Lines.FirstOrDefault(line => line.Message.Contains(text, StringComparison.Ordinal))) is not null,
            $"logged '{text}'");
        return found!;
    }

    public ILogger CreateLogger(string categoryName) => new Recorder(this, categoryName);

    public void Dispose()
    {
        // Nothing is held but memory, and tests still read it after the service has ended.
    }

    private sealed class Recorder(LogCapture capture, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (capture._lines)
            {
                capture._lines.Add(new LogLine(category, logLevel, formatter(state, exception), exception));
            }
        }
    }
}

public sealed record LogLine(string Category, LogLevel Level, string Message, Exception? Exception);
