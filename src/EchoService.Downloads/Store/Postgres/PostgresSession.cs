using System.Collections.Frozen;
using Npgsql;

namespace EchoService.Downloads.Store.Postgres;

/// <summary>Runs statements by their names on one connection, for one caller at a time.</summary>
internal sealed class PostgresSession(NpgsqlConnection connection, CancellationToken cancellationToken)
{
    private const int LongSeconds = 900;

    private static readonly FrozenDictionary<string, string> s_statements = SqlText.Statements("Postgres");

    private int? _seconds;

    /// <summary>Returns how many rows it changed.</summary>
    public async Task<int> ExecuteAsync(string statement, params (string Name, object? Value)[] parameters)
    {
        await using var command = Command(statement, parameters);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The first column of the first row; null where there is none.</summary>
    public async Task<long?> ScalarAsync(string statement, params (string Name, object? Value)[] parameters)
    {
        await using var command = Command(statement, parameters);
        return await command.ExecuteScalarAsync(cancellationToken) switch
        {
            long value => value,
            int value => value,
            _ => null,
        };
    }

    public async Task<List<T>> QueryAsync<T>(string statement, Func<NpgsqlDataReader, T> map, params (string Name, object? Value)[] parameters)
    {
        await using var command = Command(statement, parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(map(reader));
        }

        return rows;
    }

    public async Task<T?> FindAsync<T>(string statement, Func<NpgsqlDataReader, T> map, params (string Name, object? Value)[] parameters)
    {
        var rows = await QueryAsync(statement, map, parameters);
        return rows.Count == 0 ? default : rows[0];
    }

    public Task<NpgsqlBinaryImporter> CopyAsync(string statement) => connection.BeginBinaryImportAsync(s_statements[statement], cancellationToken);

    /// <summary>This transaction may be lost as a whole when the server fails: its commit does not wait for the disk.</summary>
    public Task RelaxAsync() => ScriptAsync("SET LOCAL synchronous_commit = off");

    /// <summary>The rest of the transaction goes over all rows of a job, which may be millions.</summary>
    public Task TakeTimeAsync()
    {
        _seconds = LongSeconds;
        return ScriptAsync($"SET LOCAL statement_timeout = '{LongSeconds}s'");
    }

    /// <summary>Takes the right to give out lanes until the end of the transaction. Returns the store's time.</summary>
    public async Task<long> LockClaimsAsync()
    {
        await ExecuteAsync("lock_claims");
        return await NowAsync();
    }

    public async Task<long> NowAsync() => (await ScalarAsync("now"))!.Value;

    public Task WakeAsync() => ExecuteAsync("wake");

    /// <summary>Runs every statement of a text.</summary>
    public async Task ScriptAsync(string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        command.CommandTimeout = _seconds ?? command.CommandTimeout;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private NpgsqlCommand Command(string statement, (string Name, object? Value)[] parameters)
    {
        var command = new NpgsqlCommand(s_statements[statement], connection);
        foreach (var (name, value) in parameters)
        {
            command.Parameters.Add(new NpgsqlParameter(name, value ?? DBNull.Value));
        }

        command.CommandTimeout = _seconds ?? command.CommandTimeout;
        return command;
    }
}
