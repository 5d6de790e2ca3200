namespace EchoService.Downloads.Content;

public enum ContentKind
{
    /// <summary>Files in the data folder.</summary>
    Disk,

    /// <summary>Objects in a bucket of an S3-compatible server.</summary>
    S3,
}

public enum ContentServing
{
    /// <summary>The service sends the bytes.</summary>
    Stream,

    /// <summary>The service answers with a presigned address of the bucket, good for some minutes; the client must reach it.</summary>
    Redirect,
}

/// <summary>Section <c>Downloads:Content</c>: where files are kept.</summary>
public sealed class ContentOptions
{
    public ContentKind Kind { get; set; } = ContentKind.Disk;

    /// <summary>The data folder is one file system that all nodes have mounted (NFS and its like). Needed for <c>Disk</c> with PostgreSQL.</summary>
    public bool Shared { get; set; }

    /// <summary>The S3 server, e.g. <c>http://minio:9000</c>; empty: Amazon's own, of the region.</summary>
    public string ServiceUrl { get; set; } = "";

    public string Bucket { get; set; } = "";

    public string Region { get; set; } = "us-east-1";

    /// <summary>Empty, with <see cref="SecretKey"/>: the credentials of the environment, the profile or the machine.</summary>
    public string AccessKey { get; set; } = "";

    public string SecretKey { get; set; } = "";

    /// <summary>How a file's bytes reach who asks for them.</summary>
    public ContentServing Serve { get; set; } = ContentServing.Stream;
}
