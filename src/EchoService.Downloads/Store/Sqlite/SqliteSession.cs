using System.Collections.Frozen;
using Microsoft.Data.Sqlite;

namespace EchoService.Downloads.Store.Sqlite;

/// <summary>One connection with its prepared statements. Used by one caller at a time.</summary>
internal sealed class SqliteSession : IDisposable
{
    private static readonly FrozenDictionary<string, string> s_statements = SqlText.Statements("Sqlite");

    /// <summary>
    /// Within this process writers wait for one another elsewhere. Who else holds the lock (a backup, a person with the sqlite3 shell) is
    /// waited for this long; then it is trouble that readiness shows.
    /// </summary>
    private const int BusySeconds = 5;

    /// <summary>SQLITE_CONFIG_MEMSTATUS, which the library does not name.</summary>
    private const int MemoryStatistics = 9;

    private readonly SqliteConnection _connection;
    private readonly Dictionary<string, SqliteStatement> _changes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SqliteCommand> _queries = new(StringComparer.Ordinal);

    /// <summary>How the last transaction was, and so the connection is; null: not set yet.</summary>
    private bool? _isDurable;

    /// <summary>
    /// A connection is used by one caller at a time, and nobody asks how much memory SQLite holds: locks and counts for these took a tenth of the
    /// time of a statement. Holds only before SQLite's first use in the process; else its defaults stay.
    /// </summary>
    static SqliteSession()
    {
        SQLitePCL.Batteries_V2.Init();
        _ = SQLitePCL.raw.sqlite3_config(SQLitePCL.raw.SQLITE_CONFIG_MULTITHREAD);
        _ = SQLitePCL.raw.sqlite3_config(MemoryStatistics, 0);
    }

    public SqliteSession(string path, bool readOnly)
    {
        _connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = readOnly ? SqliteOpenMode.ReadOnly : SqliteOpenMode.ReadWriteCreate,
            Pooling = false,
            DefaultTimeout = BusySeconds,
        }.ToString());
        try
        {
            _connection.Open();
            Script(readOnly
                ? "PRAGMA cache_size = -8000; PRAGMA temp_store = FILE;"
                : "PRAGMA journal_mode = WAL; PRAGMA cache_size = -16000; PRAGMA wal_autocheckpoint = 4000; PRAGMA journal_size_limit = 67108864;");
        }
        catch
        {
            _connection.Dispose();
            throw;
        }
    }

    /// <summary>Runs the work in one transaction, taken for writing from its first moment on.</summary>
    /// <param name="isDurable">It is on disk when this returns; else a power failure may undo it as a whole.</param>
    /// <remarks>
    /// By plain statements: SQLite ends a transaction by itself when the disk is full or fails, and the library's own transaction object then
    /// throws that there is nothing to roll back, in place of the reason.
    /// </remarks>
    public T Transact<T>(Func<SqliteSession, T> work, bool isDurable)
    {
        if (isDurable != _isDurable)
        {
            Script(isDurable ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
            _isDurable = isDurable;
        }

        Script("BEGIN IMMEDIATE");
        try
        {
            var result = work(this);
            Script("COMMIT");
            return result;
        }
        catch
        {
            if (SQLitePCL.raw.sqlite3_get_autocommit(_connection.Handle) == 0)
            {
                Script("ROLLBACK");
            }

            throw;
        }
    }

    /// <summary>Runs a statement by its name; its parameters always come in the same order. Returns how many rows it changed.</summary>
    public int Execute(string statement, params ReadOnlySpan<(string Name, object? Value)> parameters) =>
        Statement(statement, parameters).Execute(parameters);

    /// <summary>The first column of the first row; null where there is none.</summary>
    public long? Scalar(string statement, params ReadOnlySpan<(string Name, object? Value)> parameters) =>
        Statement(statement, parameters).Scalar(parameters);

    public List<T> Query<T>(string statement, Func<SqliteDataReader, T> map, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using var reader = Query(statement, parameters).ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
        {
            rows.Add(map(reader));
        }

        return rows;
    }

    /// <summary>Runs every statement of a text that is not kept prepared: pragmas and migrations.</summary>
    public void Script(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public long Pragma(string name)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = $"PRAGMA {name}";
        return (long)command.ExecuteScalar()!;
    }

    public void Dispose()
    {
        foreach (var statement in _changes.Values)
        {
            statement.Dispose();
        }

        foreach (var command in _queries.Values)
        {
            command.Dispose();
        }

        _connection.Dispose();
    }

    private SqliteStatement Statement(string statement, ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        if (!_changes.TryGetValue(statement, out var prepared))
        {
            prepared = new SqliteStatement(_connection.Handle!, s_statements[statement], parameters);
            _changes.Add(statement, prepared);
        }

        return prepared;
    }

    private SqliteCommand Query(string statement, ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        if (!_queries.TryGetValue(statement, out var command))
        {
            command = _connection.CreateCommand();
            command.CommandText = s_statements[statement];
            foreach (var (name, _) in parameters)
            {
                command.Parameters.Add(new SqliteParameter { ParameterName = name });
            }

            _queries.Add(statement, command);
        }

        for (var i = 0; i < parameters.Length; i++)
        {
            command.Parameters[i].Value = parameters[i].Value ?? DBNull.Value;
        }

        return command;
    }
}
