using System.ComponentModel.DataAnnotations;

namespace EchoService.Downloads.Store;

public enum StoreKind
{
    /// <summary>A file in the data folder; one process owns it.</summary>
    Sqlite,

    /// <summary>A PostgreSQL database (15 or newer), shared by any number of nodes.</summary>
    Postgres,
}

/// <summary>Section <c>Downloads:Store</c>: where jobs and items are kept.</summary>
public sealed class StoreOptions
{
    public StoreKind Kind { get; set; } = StoreKind.Sqlite;

    /// <summary>Of PostgreSQL, as Npgsql reads it: <c>Host=db;Database=echoservice;Username=echoservice;Password=…</c>.</summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>Connections of this node to PostgreSQL, the one that listens for wake-ups aside. Claims, reports and requests share them.</summary>
    [Range(2, 1000)]
    public int MaxConnections { get; set; } = 16;
}
