namespace EchoService.Tests.Testing;

/// <summary>How the service runs: what a user is promised holds however that is.</summary>
public enum Deployment
{
    /// <summary>One process, SQLite, its own disk.</summary>
    OneProcess,

    /// <summary>Three processes, PostgreSQL, a folder that they share.</summary>
    NodesOnDisk,

    /// <summary>Three processes, PostgreSQL, a bucket.</summary>
    NodesOnS3,
}
