using EchoService.Downloads.Store;
using EchoService.Downloads.Store.Postgres;
using EchoService.Tests.Testing;
using Npgsql;

namespace EchoService.Tests.Downloads.Store;

public sealed class PostgresConnectionTests(PostgresServer server)
{
    /// <summary>Else a node that stands still in the middle of a transaction holds all others up.</summary>
    [Fact]
    public async Task ConnectionsHaveTheTimeoutsThatTheConnectionStringLeavesOpen()
    {
        var given = await server.NewDatabaseAsync();
        Assert.Equal("5s", await ShowAsync(given, "idle_in_transaction_session_timeout"));
        Assert.Equal("65s", await ShowAsync(given, "statement_timeout"));
        Assert.Equal("echoservice", await ShowAsync(given, "application_name"));
    }

    [Fact]
    public async Task WhatTheConnectionStringSaysStays()
    {
        var given = await server.NewDatabaseAsync() + ";Application Name=mine;Options=-c statement_timeout=7s";
        Assert.Equal("mine", await ShowAsync(given, "application_name"));
        Assert.Equal("7s", await ShowAsync(given, "statement_timeout"));
        Assert.Equal("0", await ShowAsync(given, "idle_in_transaction_session_timeout"));
    }

    private static async Task<string> ShowAsync(string given, string setting)
    {
        var cancelled = TestContext.Current.CancellationToken;
        var options = new StoreOptions { Kind = StoreKind.Postgres, ConnectionString = given };
        await using var source = NpgsqlDataSource.Create(PostgresDatabase.Explicit(options));
        await using var command = source.CreateCommand($"SHOW {setting}");
        return (string)(await command.ExecuteScalarAsync(cancelled))!;
    }
}
