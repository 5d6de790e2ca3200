using System.Text.Json.Serialization;

namespace EchoService.Downloads.Jobs;

/// <summary>What to do when a job's file name is taken.</summary>
[JsonConverter(typeof(CamelCaseEnum<OnConflict>))]
public enum OnConflict
{
    Rename,
    Overwrite,
    Skip,
    Fail,
}

/// <summary>What a job may ask for. Null: the operator's setting holds. <c>Concurrency</c> and <c>PerHost</c> only lower it.</summary>
public sealed record JobOptions
{
    public string? Name { get; init; }

    /// <summary>Transfers at once; 1: strictly one after the other, in list order.</summary>
    public int? Concurrency { get; init; }

    public int? PerHost { get; init; }

    public int? Attempts { get; init; }

    /// <summary>Seconds for one item's whole transfer.</summary>
    public double? TimeoutSeconds { get; init; }

    public long? MaxBytes { get; init; }

    /// <summary>URLs as a template, e.g. <c>http://host/{cc}/{cc}.gif</c>, filled from the request's <c>values</c>.</summary>
    public string? UrlTemplate { get; init; }

    /// <summary>The items' companion documents, as a template of the same values.</summary>
    public string? MetadataUrl { get; init; }

    /// <summary>Template of file names.</summary>
    public string? FileName { get; init; }

    public OnConflict? OnConflict { get; init; }

    /// <summary>Sent with every request of the job to the item's own origin.</summary>
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>The job waits for this time. One that has passed: it runs at once.</summary>
    [JsonConverter(typeof(UtcTime))]
    public DateTimeOffset? StartAt { get; init; }

    /// <summary>An http or https URL that is told of the job's end: a POST of the job as JSON.</summary>
    public string? OnComplete { get; init; }
}
