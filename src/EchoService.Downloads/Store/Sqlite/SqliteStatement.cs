using System.Buffers;
using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace EchoService.Downloads.Store.Sqlite;

/// <summary>
/// A prepared statement that runs once a row. Bound and stepped directly: the library's command looks every parameter up by name and makes a
/// reader, each time it runs, which costs more than the change of a row.
/// </summary>
internal sealed class SqliteStatement : IDisposable
{
    private const int StackBytes = 512;

    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;
    private readonly int[] _places;

    /// <param name="parameters">In the order in which the values will come. One that the text has not is passed over.</param>
    public SqliteStatement(sqlite3 database, string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        _database = database;
        SqliteException.ThrowExceptionForRC(raw.sqlite3_prepare_v3(database, sql, raw.SQLITE_PREPARE_PERSISTENT, out _statement), database);
        _places = new int[parameters.Length];
        for (var i = 0; i < parameters.Length; i++)
        {
            _places[i] = raw.sqlite3_bind_parameter_index(_statement, parameters[i].Name);
        }
    }

    /// <summary>Runs it to its end. Returns how many rows it changed.</summary>
    public int Execute(ReadOnlySpan<(string Name, object? Value)> values)
    {
        Bind(values);
        try
        {
            while (Step())
            {
            }

            return raw.sqlite3_changes(_database);
        }
        finally
        {
            _ = raw.sqlite3_reset(_statement);
        }
    }

    /// <summary>The first column of the first row; null where there is none. What a statement changes is changed by then.</summary>
    public long? Scalar(ReadOnlySpan<(string Name, object? Value)> values)
    {
        Bind(values);
        try
        {
            return Step() && raw.sqlite3_column_type(_statement, 0) == raw.SQLITE_INTEGER ? raw.sqlite3_column_int64(_statement, 0) : null;
        }
        finally
        {
            _ = raw.sqlite3_reset(_statement);
        }
    }

    public void Dispose() => _statement.Dispose();

    private bool Step()
    {
        var code = raw.sqlite3_step(_statement);
        if (code is raw.SQLITE_ROW or raw.SQLITE_DONE)
        {
            return code == raw.SQLITE_ROW;
        }

        SqliteException.ThrowExceptionForRC(code, _database);
        return false;
    }

    private void Bind(ReadOnlySpan<(string Name, object? Value)> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            if (_places[i] > 0)
            {
                SqliteException.ThrowExceptionForRC(Bind(_places[i], values[i].Value), _database);
            }
        }
    }

    private int Bind(int place, object? value) => value switch
    {
        null => raw.sqlite3_bind_null(_statement, place),
        int number => raw.sqlite3_bind_int64(_statement, place, number),
        long number => raw.sqlite3_bind_int64(_statement, place, number),
        string text => BindText(place, text),
        byte[] bytes => raw.sqlite3_bind_blob(_statement, place, bytes),
        _ => throw new ArgumentException($"A value of type {value.GetType()} cannot be bound.", nameof(value)),
    };

    private int BindText(int place, string text)
    {
        // An empty span would be bound as null.
        if (text.Length == 0)
        {
            return raw.sqlite3_bind_text(_statement, place, "");
        }

        var most = Encoding.UTF8.GetMaxByteCount(text.Length);
        var rented = most > StackBytes ? ArrayPool<byte>.Shared.Rent(most) : null;
        var buffer = rented ?? stackalloc byte[StackBytes];
        var code = raw.sqlite3_bind_text(_statement, place, buffer[..Encoding.UTF8.GetBytes(text, buffer)]);
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }

        return code;
    }
}
