using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace EchoService.Downloads.Store.Sqlite;

/// <summary>
/// The database file in WAL mode: one writer at a time, any number of readers beside it. Writes that a restart may forget
/// (claims, rows of a list that is still coming in) are not flushed; the next durable one flushes them too, for they share the log.
/// </summary>
internal sealed class SqliteDatabase : IDisposable
{
    private readonly string _path;
    private readonly SemaphoreSlim _writing = new(1);
    private readonly ConcurrentBag<SqliteSession> _readers = [];
    private SqliteSession? _writer;
    private volatile string? _damage;
    private volatile bool _disposed;

    public SqliteDatabase(string path)
    {
        _path = path;
        try
        {
            Migrate(Writer());
        }
        catch (SqliteException exception)
        {
            var remedy = IsDamage(exception) ? "restore it, or move it away and start anew" : "see to its disk, and to who else has the file, and start again";
            throw new DataFolderException($"The database '{path}' cannot be opened ({exception.Message}): {remedy}.", exception);
        }
    }

    /// <summary>Runs the work in one transaction that is on disk when this returns.</summary>
    public Task<T> WriteAsync<T>(Func<SqliteSession, T> work, CancellationToken cancellationToken) => WriteAsync(work, isDurable: true, cancellationToken);

    /// <summary>Runs the work in one transaction that a power failure may undo as a whole.</summary>
    public Task<T> WriteRelaxedAsync<T>(Func<SqliteSession, T> work, CancellationToken cancellationToken) => WriteAsync(work, isDurable: false, cancellationToken);

    public Task<T> ReadAsync<T>(Func<SqliteSession, T> work) => Task.FromResult(Read(work));

    /// <summary>Reads in one moment. The library knows no asynchronous way, and reads are short.</summary>
    public T Read<T>(Func<SqliteSession, T> work)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        try
        {
            var session = _readers.TryTake(out var kept) ? kept : new SqliteSession(_path, readOnly: true);
            try
            {
                return work(session);
            }
            finally
            {
                _readers.Add(session);
            }
        }
        catch (SqliteException exception)
        {
            throw Trouble(exception);
        }
    }

    /// <summary>Whether writes succeed. Of a file that was found damaged they may, here and there: it stays in trouble for as long as the process has it.</summary>
    /// <exception cref="StoreException">They do not.</exception>
    public Task ProbeAsync(CancellationToken cancellationToken) => _damage is { } damage
        ? throw new StoreException(damage)
        : WriteAsync(
            session =>
            {
                session.Script(string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {session.Pragma("user_version")}"));
                return true;
            },
            cancellationToken);

    public void Dispose()
    {
        _disposed = true;
        while (_readers.TryTake(out var session))
        {
            session.Dispose();
        }

        _writer?.Dispose();
        _writing.Dispose();
    }

    /// <summary>
    /// All writes by one connection: what one of two writes makes the other forget all pages that it has in memory.
    /// </summary>
    private async Task<T> WriteAsync<T>(Func<SqliteSession, T> work, bool isDurable, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            return Writer().Transact(work, isDurable);
        }
        catch (Exception exception)
        {
            // What a failed commit leaves of a connection's transaction is not worth knowing: the next one begins on a new connection.
            _writer?.Dispose();
            _writer = null;
            if (exception is SqliteException failure)
            {
                throw Trouble(failure);
            }

            throw;
        }
        finally
        {
            _writing.Release();
        }
    }

    private SqliteSession Writer() => _writer ??= new SqliteSession(_path, readOnly: false);

    private StoreException Trouble(SqliteException exception)
    {
        if (!IsDamage(exception))
        {
            return new(exception.Message, exception);
        }

        _damage = $"The database '{_path}' is damaged ({exception.Message}): stop the service, restore the file or move it away, and start again";
        return new(_damage, exception);
    }

    private static bool IsDamage(SqliteException exception) => exception.SqliteErrorCode is raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB;

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
            session.Transact(
                transaction =>
                {
                    transaction.Script(migrations[next]);
                    transaction.Script(string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {next + 1}"));
                    return next;
                },
                isDurable: true);
        }
    }
}
