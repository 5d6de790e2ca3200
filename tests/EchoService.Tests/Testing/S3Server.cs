using System.Diagnostics;

namespace EchoService.Tests.Testing;

/// <summary>A real S3 server process: npm's s3rver with one bucket, in a folder of its own. It stores objects and knows multipart uploads, not their listing.</summary>
public sealed class S3Server : IAsyncDisposable
{
    public const string Bucket = "files";

    private static readonly string s_program = Path.Combine(
        Environment.GetEnvironmentVariable("ECHOSERVICE_TESTS_NPM") ?? Path.Combine(Path.GetTempPath(), "echoservice-tests"), "node_modules", "s3rver", "bin", "s3rver.js");

    private readonly string _folder;
    private readonly Process _process;

    private S3Server(string folder, Process process)
    {
        (_folder, _process) = (folder, process);
        Output = ProcessLines.OfOutput(process);
        Errors = ProcessLines.OfErrors(process);
    }

    public ProcessLines Output { get; }

    public ProcessLines Errors { get; }

    public Uri Address { get; private set; } = null!;

    /// <summary>The settings that let a service keep its files here.</summary>
    public (string Key, string? Value)[] Settings =>
    [
        ("Downloads:Content:Kind", "S3"),
        ("Downloads:Content:ServiceUrl", Address.AbsoluteUri),
        ("Downloads:Content:Bucket", Bucket),
        ("Downloads:Content:AccessKey", "S3RVER"),
        ("Downloads:Content:SecretKey", "S3RVER"),
    ];

    /// <summary>Keys of the objects that are there.</summary>
    public IReadOnlyList<string> Keys => Directory.Exists(Path.Combine(_folder, Bucket))
        ? [.. Directory.GetFiles(Path.Combine(_folder, Bucket), "*._S3rver_object", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Path.Combine(_folder, Bucket), path)[..^"._S3rver_object".Length])]
        : [];

    public static async Task<S3Server> StartAsync()
    {
        Tool.Require("node");
        Assert.SkipUnless(File.Exists(s_program), "s3rver is not installed: tests/run installs it");
        var folder = Directory.CreateTempSubdirectory("s3rver-").FullName;
        var server = new S3Server(folder, Tool.Start("node", s_program, "-d", folder, "-a", "127.0.0.1", "-p", "0", "--configure-bucket", Bucket));
        var line = await server.Output.WaitForAsync("listening on ", TestContext.Current.CancellationToken);
        server.Address = new Uri("http://127.0.0.1:" + line[(line.LastIndexOf(':') + 1)..].Trim());
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
