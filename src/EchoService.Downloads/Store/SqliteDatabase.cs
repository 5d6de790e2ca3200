using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Data.Sqlite;

namespace EchoService.Downloads.Store;

/// <summary>
/// The database file in WAL mode: one writer at a time, any number of readers beside it. Writes that a restart may forget
/// (claims, rows of a list that is still coming in) are not flushed; the next durable one flushes them too, for they share the log.
/// </summary>
internal sealed class SqliteDatabase : IDisposable
{
    private readonly string _path;
    private readonly SemaphoreSlim _writing = new(1);
    private readonly ConcurrentBag<SqliteSession> _readers = [];
    private readonly SqliteSession _durable;
    private readonly SqliteSession _relaxed;
    private volatile bool _disposed;

    public SqliteDatabase(string path)
    {
        _path = path;
        try
        {
            _durable = new SqliteSession(path, readOnly: false, "FULL");
            Migrate(_durable);
            _relaxed = new SqliteSession(path, readOnly: false, "NORMAL");
        }
        catch (SqliteException exception)
        {
            throw new DataFolderException($"The database '{path}' cannot be opened ({exception.Message}): restore it, or move it away and start anew.", exception);
        }
    }

    /// <summary>Runs the work in one transaction that is on disk when this returns.</summary>
    public Task<T> WriteAsync<T>(Func<SqliteSession, T> work, CancellationToken cancellationToken) => WriteAsync(_durable, work, cancellationToken);

    /// <summary>Runs the work in one transaction that a power failure may undo as a whole.</summary>
    public Task<T> WriteRelaxedAsync<T>(Func<SqliteSession, T> work, CancellationToken cancellationToken) => WriteAsync(_relaxed, work, cancellationToken);

    public T Read<T>(Func<SqliteSession, T> work)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var session = _readers.TryTake(out var kept) ? kept : new SqliteSession(_path, readOnly: true, "FULL");
        try
        {
            return work(session);
        }
        finally
        {
            _readers.Add(session);
        }
    }

    public void Dispose()
    {
        _disposed = true;
        while (_readers.TryTake(out var session))
        {
            session.Dispose();
        }

        _relaxed.Dispose();
        _durable.Dispose();
        _writing.Dispose();
    }

    private async Task<T> WriteAsync<T>(SqliteSession session, Func<SqliteSession, T> work, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            return session.Transact(work);
        }
        finally
        {
            _writing.Release();
        }
    }

    private static void Migrate(SqliteSession session)
    {
        var migrations = SqlText.Migrations("Sqlite");
        var version = session.Pragma("user_version");
        if (version > migrations.Count)
        {
            throw new DataFolderException($"The database has schema {version}, newer than this version of the service knows ({migrations.Count}): start the newer version, or use another Downloads:DataDirectory.");
        }

        for (var next = (int)version; next < migrations.Count; next++)
        {
            session.Transact(transaction =>
            {
                transaction.Script(migrations[next]);
                transaction.Script(string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {next + 1}"));
                return next;
            });
        }
    }
}
