using System.Diagnostics;
using System.Globalization;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace EchoService.Tests.Testing;

public enum S3Kind
{
    /// <summary>npm's s3rver. It checks no presigned signature and lists no uploads.</summary>
    S3rver,

    /// <summary>OpenStack Swift's S3 API (Debian's python3-swift, started by <c>swift-server.py</c>). It does both.</summary>
    Swift,
}

/// <summary>A real S3 server process with one bucket, in a folder of its own.</summary>
public sealed class S3Server : IAsyncDisposable
{
    public const string Bucket = "files";

    /// <summary>s3rver's own start, which has no option for keys, after another key was made.</summary>
    private const string S3rverStart = """
        const [folder, key, secret] = process.argv.splice(1, 3);
        require(folder + '/lib/models/account').DUMMY_ACCOUNT.createKeyPair(key, secret);
        process.argv.splice(1, 0, 's3rver');
        require(folder + '/bin/s3rver.js');
        """;

    private const string SwiftPackage = "/usr/lib/python3/dist-packages/swift/common/middleware/s3api";
    private const string TimeLibrary = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";

    private static readonly string s_s3rver = Path.Combine(
        Environment.GetEnvironmentVariable("ECHOSERVICE_TESTS_NPM") ?? Path.Combine(Path.GetTempPath(), "echoservice-tests"), "node_modules", "s3rver");

    private readonly string _folder;
    private readonly string _bucket;
    private readonly Process _process;
    private readonly (string Key, string Secret) _credentials;

    private S3Server(string folder, string bucket, Process process, (string Key, string Secret) credentials)
    {
        (_folder, _bucket, _process, _credentials) = (folder, bucket, process, credentials);
        Output = ProcessLines.OfOutput(process);
        Errors = ProcessLines.OfErrors(process);
    }

    public ProcessLines Output { get; }

    public ProcessLines Errors { get; }

    public Uri Address { get; private set; } = null!;

    /// <summary>Sees and changes the bucket from outside the service.</summary>
    public AmazonS3Client Client { get; private set; } = null!;

    /// <summary>The settings that let a service keep its files here.</summary>
    public (string Key, string? Value)[] Settings =>
    [
        ("Downloads:Content:Kind", "S3"),
        ("Downloads:Content:ServiceUrl", Address.AbsoluteUri),
        ("Downloads:Content:Bucket", _bucket),
        ("Downloads:Content:AccessKey", _credentials.Key),
        ("Downloads:Content:SecretKey", _credentials.Secret),
    ];

    /// <param name="ahead">Swift only: how much later it is there than here, until <see cref="SetClock"/>; null: it has this machine's clock.</param>
    public static Task<S3Server> StartAsync(S3Kind kind = S3Kind.S3rver, TimeSpan? ahead = null) =>
        StartAsync(kind, folder => kind == S3Kind.Swift ? StartSwift(folder, ahead) : StartS3rver(folder, Bucket, ("S3RVER", "S3RVER")));

    /// <summary>An s3rver with this bucket and these keys.</summary>
    public static Task<S3Server> StartAsync(string bucket, string key, string secret) =>
        StartAsync(S3Kind.S3rver, folder => StartS3rver(folder, bucket, (key, secret)));

    private static async Task<S3Server> StartAsync(S3Kind kind, Func<string, S3Server> start)
    {
        var server = start(Directory.CreateTempSubdirectory("s3-").FullName);
        try
        {
            var line = await server.Output.WaitForAsync("listening on ", TestContext.Current.CancellationToken);
            server.Address = new Uri("http://127.0.0.1:" + line[(line.LastIndexOf(':') + 1)..].Trim());
            server.Client = new AmazonS3Client(
                new BasicAWSCredentials(server._credentials.Key, server._credentials.Secret),
                new AmazonS3Config { ServiceURL = server.Address.AbsoluteUri, ForcePathStyle = true, AuthenticationRegion = "us-east-1" });
            if (kind == S3Kind.Swift)
            {
                await server.Client.PutBucketAsync(Bucket, TestContext.Current.CancellationToken);
            }

            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Of the objects that are there.</summary>
    public async Task<IReadOnlyList<string>> KeysAsync()
    {
        var objects = Client.Paginators.ListObjectsV2(new ListObjectsV2Request { BucketName = _bucket }).S3Objects;
        return await objects.Select(each => each.Key).ToListAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Keys of the uploads that were begun and neither completed nor aborted.</summary>
    public async Task<IReadOnlyList<string>> UploadsAsync()
    {
        var uploads = Client.Paginators.ListMultipartUploads(new ListMultipartUploadsRequest { BucketName = Bucket }).Uploads;
        return await uploads.Select(each => each.Key).ToListAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Of a server that was started with a clock of its own.</summary>
    public void SetClock(TimeSpan ahead) => SetClock(_folder, ahead);

    public Task PutAsync(string key) => Client.PutObjectAsync(
        new PutObjectRequest { BucketName = Bucket, Key = key, ContentBody = "left", UseChunkEncoding = false }, TestContext.Current.CancellationToken);

    public Task BeginUploadAsync(string key) => Client.InitiateMultipartUploadAsync(Bucket, key, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        Client?.Dispose();
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static S3Server StartS3rver(string folder, string bucket, (string Key, string Secret) credentials)
    {
        Tool.Require("node");
        Assert.SkipUnless(Directory.Exists(s_s3rver), "s3rver is not installed: tests/run installs it");
        string[] arguments = [s_s3rver, credentials.Key, credentials.Secret, "-d", folder, "-a", "127.0.0.1", "-p", "0", "--configure-bucket", bucket];
        return new S3Server(folder, bucket, Tool.Start("node", ["-e", S3rverStart, "--", .. arguments]), credentials);
    }

    private static S3Server StartSwift(string folder, TimeSpan? ahead)
    {
        const string Key = "test:tester";
        const string Secret = "testing";
        Assert.SkipUnless(Directory.Exists(SwiftPackage), "python3-swift is not installed: tests/run as root installs it");
        var script = Path.Combine(Repository.Root, "tests", "EchoService.Tests", "Testing", "swift-server.py");
        string[] clock = [];
        if (ahead is { } later)
        {
            Assert.SkipUnless(File.Exists(TimeLibrary), "faketime is not installed: tests/run as root installs it");
            SetClock(folder, later);
            clock = [$"LD_PRELOAD={TimeLibrary}", $"FAKETIME_TIMESTAMP_FILE={ClockFile(folder)}", "FAKETIME_NO_CACHE=1", "FAKETIME_DONT_FAKE_MONOTONIC=1"];
        }

        // Debian's Python has Debian's packages, whichever another PATH may name.
        return new S3Server(folder, Bucket, Tool.Start("env", [.. clock, "/usr/bin/python3", script, folder, Key, Secret]), (Key, Secret));
    }

    private static string ClockFile(string folder) => Path.Combine(folder, "clock");

    private static void SetClock(string folder, TimeSpan ahead)
    {
        File.WriteAllText(ClockFile(folder) + ".new", string.Create(CultureInfo.InvariantCulture, $"+{ahead.TotalSeconds:0}s"));
        File.Move(ClockFile(folder) + ".new", ClockFile(folder), overwrite: true);
    }
}
