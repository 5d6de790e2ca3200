using System.Globalization;
using System.Net;
using System.Net.Sockets;
using EchoService.Tests.Testing;
using Npgsql;

[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace EchoService.Tests.Testing;

/// <summary>
/// A real PostgreSQL server, Debian's, started when the first test needs it and stopped after the last. It refuses to run as root, so root
/// runs it as the user <c>postgres</c>. Nothing of it is flushed to the disk: what tests break is processes, not machines.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private static readonly string? s_programs = Directory.Exists("/usr/lib/postgresql")
        ? Directory.GetDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin")).Where(Directory.Exists).Max(StringComparer.Ordinal)
        : null;

    private readonly SemaphoreSlim _starting = new(1);
    private string? _folder;
    private int _port;
    private int _databases;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>A new, empty database; answers its connection string.</summary>
    public async Task<string> NewDatabaseAsync()
    {
        await StartAsync();
        var name = string.Create(CultureInfo.InvariantCulture, $"test{Interlocked.Increment(ref _databases)}");
        await ExecuteAsync(ConnectionString("postgres"), $"CREATE DATABASE {name}");
        return ConnectionString(name);
    }

    /// <summary>A new, empty database of that name that belongs to a new user, as the server's image makes one; answers how that user connects.</summary>
    public async Task<string> NewDatabaseAsync(string name, string user, string password)
    {
        await StartAsync();
        await ExecuteAsync(ConnectionString("postgres"), $"DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        await ExecuteAsync(ConnectionString("postgres"), $"DROP ROLE IF EXISTS {user}");
        await ExecuteAsync(ConnectionString("postgres"), $"CREATE ROLE {user} LOGIN SUPERUSER PASSWORD '{password}'");
        await ExecuteAsync(ConnectionString("postgres"), $"CREATE DATABASE {name} OWNER {user}");
        return ConnectionString(name, user);
    }

    /// <summary>Runs a statement from outside the service.</summary>
    public static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString + ";Pooling=false");
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Token);
    }

    /// <summary>The first column of the first row.</summary>
    public static async Task<long> CountAsync(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString + ";Pooling=false");
        await using var command = source.CreateCommand(sql);
        return Convert.ToInt64(await command.ExecuteScalarAsync(Token), CultureInfo.InvariantCulture);
    }

    /// <summary>The first column of every row.</summary>
    public static async Task<IReadOnlyList<string>> TextsAsync(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString + ";Pooling=false");
        await using var command = source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(Token);
        var texts = new List<string>();
        while (await reader.ReadAsync(Token))
        {
            texts.Add(reader.GetString(0));
        }

        return texts;
    }

    /// <summary>A server of the test's own, for one that restarts it.</summary>
    public static async Task<PostgresServer> StartOwnAsync()
    {
        var server = new PostgresServer();
        await server.StartAsync();
        return server;
    }

    /// <summary>Ends all of its processes at once and starts it again; what was not flushed is lost, as in a crash.</summary>
    public Task RestartImmediatelyAsync() => ControlAsync("restart", "-m", "immediate");

    public Task StopAsync() => ControlAsync("stop", "-m", "immediate");

    /// <summary>Starts it, again on the same port where it was stopped.</summary>
    public async Task StartAsync()
    {
        Assert.SkipWhen(s_programs is null, "postgresql is not installed: tests/run as root installs it");
        await _starting.WaitAsync(Token);
        try
        {
            if (_folder is null)
            {
                _folder = await CreateAsync();
                _port = FreePort();
                await ControlAsync("start");
            }
        }
        finally
        {
            _starting.Release();
        }
    }

    /// <summary>Starts a server that was stopped.</summary>
    public Task StartAgainAsync() => ControlAsync("start");

    public async ValueTask DisposeAsync()
    {
        _starting.Dispose();
        if (_folder is not null)
        {
            await RunAsync("pg_ctl", "-D", Path.Combine(_folder, "data"), "-m", "immediate", "stop");
            Directory.Delete(_folder, recursive: true);
        }
    }

    private static async Task<string> CreateAsync()
    {
        var folder = Directory.CreateTempSubdirectory("postgres-").FullName;
        if (Environment.IsPrivilegedProcess)
        {
            await Tool.RunAsync("chown", ["postgres", folder]);
        }

        var made = await RunAsync("initdb", "-D", Path.Combine(folder, "data"), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync");
        Assert.True(made.ExitCode == 0, made.Errors);
        return folder;
    }

    private string ConnectionString(string database, string user = "postgres") =>
        string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={_port};Username={user};Database={database}");

    private async Task ControlAsync(params string[] command)
    {
        var done = await RunAsync(
            "pg_ctl",
            [
                "-D", Path.Combine(_folder!, "data"), "-l", Path.Combine(_folder!, "log"), "-w", "-t", "60",
                "-o", string.Create(CultureInfo.InvariantCulture, $"-p {_port} -k {_folder} -c listen_addresses=127.0.0.1 -c max_connections=300 -c fsync=off -c full_page_writes=off"),
                .. command,
            ]);
        Assert.True(done.ExitCode == 0, $"{done.Output}{done.Errors}{File.ReadAllText(Path.Combine(_folder!, "log"))}");
    }

    private static Task<ToolResult> RunAsync(string program, params string[] arguments) => Environment.IsPrivilegedProcess
        ? Tool.RunAsync("setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", "--reset-env", Path.Combine(s_programs!, program), .. arguments])
        : Tool.RunAsync(Path.Combine(s_programs!, program), arguments);

    /// <summary>PostgreSQL cannot tell which port it got: the kernel gives one that was free a moment ago.</summary>
    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
