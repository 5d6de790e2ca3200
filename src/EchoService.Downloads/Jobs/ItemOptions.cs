namespace EchoService.Downloads.Jobs;

/// <summary>What one line of a list asks for beside its URL.</summary>
public sealed record ItemOptions
{
    /// <summary>The file's name, sanitised; in place of the job's template.</summary>
    public string? FileName { get; init; }

    /// <summary>What the file must have: 64 hexadecimal digits.</summary>
    public string? Sha256 { get; init; }

    /// <summary>Bytes that the file must have.</summary>
    public long? Size { get; init; }

    /// <summary>Sent with this item's request, over the job's own.</summary>
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>A JSON document on the item's host, for <c>{metadata.&lt;property&gt;}</c> in the job's template.</summary>
    public string? MetadataUrl { get; init; }

    /// <summary>What the placeholders of the job's URL template stand for.</summary>
    public IReadOnlyDictionary<string, string>? Values { get; init; }
}
