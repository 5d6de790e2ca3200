using EchoService.Downloads;
using EchoService.Downloads.Engine;
using EchoService.Downloads.Intake;
using EchoService.Downloads.Jobs;
using EchoService.Downloads.Store.Sqlite;
using Microsoft.Data.Sqlite;

namespace EchoService.Cli;

/// <summary>A download by the engine in this process. The same list with the same options is the same job: it goes on where it was.</summary>
internal sealed class LocalDownload(DownloadRequest request, TimeProvider time)
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(100);

    private FormerFiles _former = new(0, 0);

    public async Task<int> RunAsync(CancellationToken token)
    {
        try
        {
            return await DownloadAsync(token);
        }
        catch (Exception exception) when (exception is DataFolderException or SqliteException)
        {
            throw new CommandException($"The state of '{request.Output}' cannot be kept: {CommandLine.Reason(exception)}", inner: exception);
        }
    }

    private async Task<int> DownloadAsync(CancellationToken token)
    {
        var begun = time.GetTimestamp();
        await using var engine = new LocalEngine(LocalFolder.Open(request.Output), request.Fetching, Configure);
        var store = engine.Get<SqliteDownloadStore>();
        var events = new DownloadEvents(engine.Get<JobEvents>(), request.Verbose);
        using var output = new Output();
        var report = new DownloadReport(output, request, store);
        Job? job = null;
        try
        {
            job = await BeginAsync(engine, store, token);
            if (job is not null)
            {
                report.Begin(job, _former);
                await FollowAsync(engine, store, events, report, job, token);
                job = store.FindJob(job.Id);
            }

            await engine.StopAsync();
            return report.End(job, _former, time.GetElapsedTime(begun));
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            await engine.StopAsync();
            DownloadReport.Interrupted(job is null ? null : store.FindJob(job.Id));
            return ExitCode.Interrupted;
        }
    }

    private void Configure(DownloadsOptions options)
    {
        options.Concurrency = request.Concurrency;
        options.PerHost = request.PerHost;
        options.MaxBytes = long.MaxValue;
        options.MaxBytesPerSecond = request.BytesPerSecond;
        options.MaxItemsPerJob = 1_000_000_000;
        options.MaxQueuedItemsPerKey = long.MaxValue;
        options.UserAgent = UserAgent.Text;
    }

    /// <returns>Null: every file is there already.</returns>
    private async Task<Job?> BeginAsync(LocalEngine engine, SqliteDownloadStore store, CancellationToken token)
    {
        var digest = await request.List.DigestAsync(request.Options, token);
        var unfinished = await FindUnfinishedAsync(engine, store, digest, token);
        await engine.StartAsync(token);
        if (unfinished is not null)
        {
            var job = store.FindJob(unfinished.Id)!;
            _former = new FormerFiles(unfinished.Counts.Done, unfinished.Counts.Done);
            return job;
        }

        var whole = new WholeFiles(store, request.Output, request.Options.FileName);
        try
        {
            return await engine.Get<JobIntake>().SubmitAsync((receiver, cancelled) => FillAsync(receiver, whole, digest, cancelled), null, null, token);
        }
        catch (ListException exception) when (exception.Code == "emptyList" && whole.Met > 0)
        {
            return null;
        }
        catch (ListException exception)
        {
            throw CommandException.Usage(exception.Message);
        }
        finally
        {
            _former = new FormerFiles(whole.Met, 0);
        }
    }

    private async Task<JobOptions> FillAsync(ListReceiver receiver, WholeFiles whole, string digest, CancellationToken token)
    {
        receiver.IsThere = whole.Contains;

        // A file takes no folder's place.
        await receiver.ReserveAsync(Directory.EnumerateDirectories(request.Output).Select(path => Path.GetFileName(path)!), lasting: true);
        await receiver.ReserveAsync(Directory.EnumerateFiles(request.Output).Select(path => Path.GetFileName(path)!), lasting: false);
        await request.List.ReadAsync(receiver, token);
        return request.Options with { Name = digest };
    }

    /// <summary>The unfinished job of this list, if none of its files was taken away. What another list left unfinished is given up: its whole files stay known.</summary>
    private async Task<Job?> FindUnfinishedAsync(LocalEngine engine, SqliteDownloadStore store, string digest, CancellationToken token)
    {
        Job? found = null;
        foreach (var job in store.ListJobs(null, JobState.Running, null, 1000).Items)
        {
            if (found is null && job.Options.Name == digest && WholeFiles.CountOf(store, job, request.Output) >= job.Counts.Done)
            {
                found = job;
            }
            else
            {
                await engine.Get<JobControl>().CancelAsync(job.Id, token);
            }
        }

        return found;
    }

    private async Task FollowAsync(LocalEngine engine, SqliteDownloadStore store, DownloadEvents events, DownloadReport report, Job job, CancellationToken token)
    {
        var health = engine.Get<StorageHealth>();
        await using var bar = request.Verbose || request.Json ? null : DownloadBar.TryStart(new LocalProgress(engine, job, time).Look, time);
        while (true)
        {
            while (events.Items.TryRead(out var item))
            {
                report.Item(item);
            }

            if (store.FindJob(job.Id) is not { Ended: false })
            {
                return;
            }

            if (health.Trouble is { } trouble)
            {
                throw new CommandException($"Nothing can be saved in '{request.Output}': {trouble.TrimEnd('.')}. What is there stays; the same command goes on from it.");
            }

            await Task.WhenAny(events.JobEnded, Task.Delay(s_look, time, token));
            token.ThrowIfCancellationRequested();
        }
    }
}
