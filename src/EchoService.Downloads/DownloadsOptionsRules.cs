using EchoService.Downloads.Content;
using EchoService.Downloads.Store;
using Microsoft.Extensions.Options;

namespace EchoService.Downloads;

/// <summary>What several options must keep together: nodes share a database only where they share their files too.</summary>
internal sealed class DownloadsOptionsRules : IValidateOptions<DownloadsOptions>
{
    public ValidateOptionsResult Validate(string? name, DownloadsOptions options) =>
        Problem(options) is { } problem ? ValidateOptionsResult.Fail(problem) : ValidateOptionsResult.Success;

    private static string? Problem(DownloadsOptions options) => options switch
    {
        { Store: { Kind: StoreKind.Postgres, ConnectionString: "" } } =>
            "Downloads:Store:ConnectionString is empty, but Downloads:Store:Kind is Postgres: set it, as in Host=db;Database=echoservice;Username=echoservice",
        { Store: { Kind: StoreKind.Sqlite, ConnectionString: not "" } } =>
            "Downloads:Store:ConnectionString is set, but Downloads:Store:Kind is Sqlite: set the kind to Postgres, or take the connection string away",
        { Store.Kind: StoreKind.Postgres, Content: { Kind: ContentKind.Disk, Shared: false } } =>
            "Downloads:Content:Shared must be true when several nodes share a PostgreSQL database and keep files on disk: a file that one node saves would be missing on the others. Mount one file system at Downloads:DataDirectory on every node and set it to true, or set Downloads:Content:Kind to S3",
        { Content: { Kind: ContentKind.S3, Bucket: "" } } => "Downloads:Content:Bucket is empty, but Downloads:Content:Kind is S3: name the bucket",
        { Content: { Kind: ContentKind.S3, ServiceUrl: not "" and var url } } when !IsHttp(url) =>
            $"Downloads:Content:ServiceUrl is '{url}', but must be an http or https address",
        { Content: { AccessKey: "", SecretKey: not "" } } or { Content: { AccessKey: not "", SecretKey: "" } } =>
            "Downloads:Content:AccessKey and Downloads:Content:SecretKey go together: set both, or neither to take the environment's credentials",
        { Content: { Kind: ContentKind.Disk, Serve: ContentServing.Redirect } } =>
            "Downloads:Content:Serve can be Redirect only where Downloads:Content:Kind is S3: files on disk have no address of their own",
        _ => null,
    };

    private static bool IsHttp(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var address) && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps);
}
