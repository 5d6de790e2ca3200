using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;
using Polly;
using Polly.Retry;

namespace EchoService.Downloads.Store.Postgres;

/// <summary>
/// The connections of one node. Every piece of work is one transaction, done again when the connection or the server failed under it; work
/// must therefore bear to be done twice where the first commit went through and only its answer got lost. Nothing works on a schema that is
/// not brought up to date: what comes earlier waits for it a little.
/// </summary>
internal sealed partial class PostgresDatabase : IAsyncDisposable, IDisposable
{
    /// <summary>Of TCP, TLS and authentication together.</summary>
    private const int ConnectSeconds = 5;

    /// <summary>A statement that takes longer is broken off by the client, and a little later by the server.</summary>
    private const int StatementSeconds = 60;

    /// <summary>A node that stops in the middle of a transaction (a paused virtual machine) holds what others wait for no longer than this.</summary>
    private const int IdleInTransactionSeconds = 5;

    /// <summary>A migration takes milliseconds, or hours behind a backup: who waits longer is told.</summary>
    private static readonly TimeSpan s_schemaPatience = TimeSpan.FromSeconds(5);

    private readonly NpgsqlDataSource _source;
    private readonly ResiliencePipeline _retries;
    private readonly TimeProvider _time;
    private readonly TaskCompletionSource _migrated = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public PostgresDatabase(StoreOptions options, TimeProvider time)
    {
        _time = time;

        // Its metrics are labelled by the name; without one, by the connection string.
        _source = new NpgsqlDataSourceBuilder(Explicit(options)) { Name = "echoservice" }.Build();
        _retries = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                // 0.1, 0.2, 0.4 s with jitter: a lost connection, a deadlock, a server that fails over. What takes longer is told to the caller.
                MaxRetryAttempts = 3,
                Delay = TimeSpan.FromMilliseconds(100),
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                ShouldHandle = new PredicateBuilder().Handle<NpgsqlException>(IsTransient),
                OnRetry = Forget,
            })
            .Build();
    }

    /// <summary>A connection for listening, kept as long as its owner wants.</summary>
    public ValueTask<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken) => _source.OpenConnectionAsync(cancellationToken);

    /// <summary>Runs the work in one transaction that is on disk when this returns.</summary>
    /// <exception cref="StoreException">The database does not answer.</exception>
    public async Task<T> TransactAsync<T>(Func<PostgresSession, Task<T>> work, CancellationToken cancellationToken)
    {
        await MigratedAsync(cancellationToken);
        return await RetryAsync(token => TransactOnceAsync(work, token), cancellationToken);
    }

    /// <summary>Runs one statement, or some that only read, outside a transaction.</summary>
    /// <exception cref="StoreException">The database does not answer.</exception>
    public async Task<T> ReadAsync<T>(Func<PostgresSession, Task<T>> work, CancellationToken cancellationToken)
    {
        await MigratedAsync(cancellationToken);
        return await RetryAsync(
            async token =>
            {
                await using var connection = await _source.OpenConnectionAsync(token);
                return await work(new PostgresSession(connection, token));
            },
            cancellationToken);
    }

    /// <summary>Brings the schema up to date: by the node that comes first, while the others wait.</summary>
    /// <exception cref="DataFolderException">The schema is one that this version cannot work with.</exception>
    public async Task MigrateAsync(CancellationToken cancellationToken)
    {
        await RetryAsync(token => TransactOnceAsync(MigrateAsync, token), cancellationToken);
        _migrated.TrySetResult();
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    public void Dispose() => _source.Dispose();

    /// <summary>When one connection is broken the idle ones are too, most likely: the next try is to begin on a new one.</summary>
    private ValueTask Forget(OnRetryArguments<object> retry)
    {
        if (retry.Outcome.Exception is not PostgresException { SqlState: PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected })
        {
            _source.Clear();
        }

        return ValueTask.CompletedTask;
    }

    private static async Task<int> MigrateAsync(PostgresSession session)
    {
        await session.ExecuteAsync("lock_schema");
        await session.ExecuteAsync("create_schema_table");
        var migrations = SqlText.Migrations("Postgres");
        var (version, oldest) = (await session.QueryAsync("schema_version", row => (row.GetInt32(0), row.GetInt32(1)))).FirstOrDefault();
        if (oldest > migrations.Count)
        {
            throw new DataFolderException($"The database has schema {version}, which works with versions of the service from schema {oldest} on; this one knows {migrations.Count}: start a newer version.");
        }

        if (version < migrations.Count)
        {
            // A backup may hold a table for hours: whoever waits for it makes all that come after wait too, so it gives up and tries again later.
            await session.TakeTimeAsync();
            await session.ScriptAsync("SET LOCAL lock_timeout = '1s'");
            await session.ExecuteAsync("lock_claims");
        }

        // A newer schema that still works with this version is left as it is: nodes are upgraded one after the other.
        for (var next = version; next < migrations.Count; next++)
        {
            await session.ScriptAsync(migrations[next]);
            await session.ExecuteAsync("note_version", ("@version", next + 1), ("@oldest", OldestOf(migrations[next])));
        }

        return version;
    }

    private async ValueTask MigratedAsync(CancellationToken cancellationToken)
    {
        if (_migrated.Task.IsCompleted)
        {
            return;
        }

        try
        {
            await _migrated.Task.WaitAsync(s_schemaPatience, _time, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new StoreException("The database's schema has not been brought up to date yet.");
        }
    }

    private async Task<T> RetryAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await _retries.ExecuteAsync(async token => await work(token), cancellationToken);
        }
        catch (Exception exception) when (Means(exception, cancellationToken))
        {
            throw new StoreException(exception.Message, exception);
        }
    }

    private async Task<T> TransactOnceAsync<T>(Func<PostgresSession, Task<T>> work, CancellationToken cancellationToken)
    {
        await using var connection = await _source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var result = await work(new PostgresSession(connection, cancellationToken));
        await transaction.CommitAsync(cancellationToken);
        return result;
    }

    /// <summary>What the connection string leaves open is set here and not left to a library's defaults.</summary>
    internal static string Explicit(StoreOptions options)
    {
        var given = new NpgsqlConnectionStringBuilder(options.ConnectionString);
        Default("Application Name", () => given.ApplicationName = "echoservice");
        Default("Timeout", () => given.Timeout = ConnectSeconds);
        Default("Command Timeout", () => given.CommandTimeout = StatementSeconds);
        Default("Cancellation Timeout", () => given.CancellationTimeout = 2000);
        Default("Keepalive", () => given.KeepAlive = 10);
        Default("TCP Keepalive", () => (given.TcpKeepAlive, given.TcpKeepAliveTime, given.TcpKeepAliveInterval) = (true, 10, 5));
        Default("Max Auto Prepare", () => given.MaxAutoPrepare = 100);
        Default("Options", () => given.Options = string.Create(
            CultureInfo.InvariantCulture,
            $"-c idle_in_transaction_session_timeout={IdleInTransactionSeconds}s -c statement_timeout={StatementSeconds + 5}s -c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"));
        given.MaxPoolSize = options.MaxConnections;
        given.MinPoolSize = 0;
        return given.ToString();

        void Default(string key, Action set)
        {
            // Not ContainsKey: that knows every keyword, given or not.
            if (!given.ShouldSerialize(key))
            {
                set();
            }
        }
    }

    /// <summary>Not a table that another one holds: who tries that again at once lets nobody through.</summary>
    private static bool IsTransient(NpgsqlException exception) => exception is PostgresException { SqlState: var state }
        ? state is PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected || (exception.IsTransient && state != PostgresErrorCodes.LockNotAvailable)
        : exception.IsTransient;

    /// <summary>Npgsql wraps most of what goes wrong, but not all: a connection that breaks while it is opened, a pool that stays exhausted.</summary>
    private static bool Means(Exception exception, CancellationToken cancellationToken) =>
        exception is NpgsqlException or TimeoutException or IOException or System.Net.Sockets.SocketException or ObjectDisposedException
        || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    private static int OldestOf(string migration) => int.Parse(Oldest().Match(migration).Groups["version"].Value, CultureInfo.InvariantCulture);

    /// <summary>The first line of each migration: the oldest version that still works with the schema.</summary>
    [GeneratedRegex(@"\A-- oldest: (?<version>\d+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Oldest();
}
