using System.ComponentModel;
using System.Diagnostics;
using EchoService.Downloads.Engine;
using EchoService.Downloads.Jobs;
using EchoService.Downloads.Store;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EchoService.Downloads.Completion;

/// <summary>One run of <c>Downloads:OnComplete:Command</c>: no shell, the job on its standard input, its output in the log, its time bounded.</summary>
internal sealed class CompletionCommand(
    IOptions<DownloadsOptions> options, JobReader reader, CompletionMetrics metrics, TimeProvider time, ILogger<CompletionCommand> logger)
{
    /// <summary>A grandchild may keep the pipes open after its parent has ended.</summary>
    private static readonly TimeSpan s_lastWords = TimeSpan.FromSeconds(5);

    private readonly OnCompleteOptions _options = options.Value.OnComplete;

    public bool Wanted => _options.Command.Length > 0;

    public async Task RunAsync(Job job, CancellationToken cancellationToken)
    {
        using var process = new Process { StartInfo = StartInfo() };
        try
        {
            process.Start();
        }
        catch (Win32Exception exception)
        {
            metrics.Count(NoticeKind.Command, NoticeOutcome.Failed);
            CompletionLog.CommandNotStarted(logger, job.Id, exception.Message);
            return;
        }

        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(_options.TimeoutSeconds), time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        using var closing = new CancellationTokenSource();
        var talk = Task.WhenAll(
            new OutputLines(process.StandardOutput, line => CompletionLog.CommandSaid(logger, job.Id, "stdout", line)).ReadAsync(closing.Token),
            new OutputLines(process.StandardError, line => CompletionLog.CommandSaid(logger, job.Id, "stderr", line)).ReadAsync(closing.Token));
        try
        {
            await WriteAsync(process, job, stop.Token);
            await process.WaitForExitAsync(stop.Token);
            closing.CancelAfter(s_lastWords);
            await talk;
            CompletionLog.CommandEnded(logger, job.Id, process.ExitCode);
            metrics.Count(NoticeKind.Command, process.ExitCode == 0 ? NoticeOutcome.Delivered : NoticeOutcome.Failed);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            cancellationToken.ThrowIfCancellationRequested();
            metrics.Count(NoticeKind.Command, NoticeOutcome.Failed);
            CompletionLog.CommandKilled(logger, job.Id, _options.TimeoutSeconds);
        }
        finally
        {
            closing.CancelAfter(s_lastWords);
            await talk;
        }
    }

    private ProcessStartInfo StartInfo() => new(_options.Command, _options.Arguments)
    {
        UseShellExecute = false,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    };

    private async Task WriteAsync(Process process, Job job, CancellationToken cancellationToken)
    {
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(JobJson.Write(reader.Read(job)), cancellationToken);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It does not care to read: its exit code says how it went.
        }
    }
}
