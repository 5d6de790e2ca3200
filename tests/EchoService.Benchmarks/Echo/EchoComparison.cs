using System.Globalization;
using System.Reflection;

namespace EchoService.Benchmarks;

/// <summary>The echo channel against other echo servers, under the same load; and what it allocates.</summary>
internal static class EchoComparison
{
    private const string Baseline = "C on epoll";
    private const string Prefix = "Echoed back: ";
    private const string Verbatim = "--Tcp:Channels:echo:ReplyPrefix=";
    private const string Chunk = "--Tcp:Channels:echo:Unit=Chunk";

    public static IReadOnlyList<Work> Works() =>
    [
        Load("50x64", new(50, 64, 1), forks: true),
        Load("500x64", new(500, 64, 1), forks: false),
        Load("50x16k", new(50, 16 << 10, 1), forks: true),
        Load("50x64x16", new(50, 64, 16), forks: true),
        Load("500x64x16", new(500, 64, 16), forks: false),
        new Work("allocations", "50 connections x 64 B for 3 s", "verbatim", _ => Task.FromResult<IReadOnlyList<IContender>>(
        [
            new AllocationContender("verbatim", prefix: "", Verbatim),
            new AllocationContender("by line", Prefix),
            new AllocationContender("by chunk", Prefix, Chunk),
        ])),
    ];

    /// <param name="forks">With those that start a process for each connection.</param>
    private static Work Load(string name, EchoShape shape, bool forks)
    {
        var title = string.Create(CultureInfo.InvariantCulture, $"{shape.Connections} connections x {shape.Bytes} B x depth {shape.Depth}");
        return new(name, title, Baseline, async peers => Contenders(peers.Add(await EchoPrograms.CompileAsync()), shape, forks));
    }

    private static List<IContender> Contenders(EchoPrograms programs, EchoShape shape, bool forks)
    {
        EchoContender One(string name, int prefixBytes, Func<Task<EchoPeer>> start) => new(name, shape, programs.Load, prefixBytes, start);
        List<IContender> contenders =
        [
            One(Baseline, 0, () => EchoPeer.ProgramAsync(programs.Server)),
            One("verbatim", 0, () => EchoPeer.ServiceAsync(Verbatim)),
            One("by line", Prefix.Length * shape.Depth, () => EchoPeer.ServiceAsync()),
            One("verbatim, Tcp:Transport=Sockets", 0, () => EchoPeer.ServiceAsync(Verbatim, "--Tcp:Transport=Sockets")),
            One("plain Kestrel handler", 0, () => EchoPeer.ProgramAsync("dotnet", Assembly.GetExecutingAssembly().Location, KestrelEcho.Command)),
            One("asyncio", 0, () => EchoPeer.ProgramAsync(Tool.Find("python3", "python3"), EchoPrograms.Asyncio)),
        ];
        if (shape.Bytes * shape.Depth <= 1 << 10)
        {
            // What arrives at once is a chunk: a larger batch may be several.
            contenders.Insert(3, One("by chunk", Prefix.Length, () => EchoPeer.ServiceAsync(Chunk)));
        }

        if (forks)
        {
            contenders.Add(One("socat", 0, () => EchoPeer.ToldProgramAsync(Tool.Find("socat", "socat"), port =>
                [string.Create(CultureInfo.InvariantCulture, $"TCP-LISTEN:{port},bind=127.0.0.1,fork,backlog=512,nodelay"), "PIPE"])));
            contenders.Add(One("ncat", 0, () => EchoPeer.ToldProgramAsync(Tool.Find("ncat", "ncat"), port =>
                ["-l", "-k", "-m", "512", "-c", "cat", "127.0.0.1", port.ToString(CultureInfo.InvariantCulture)])));
        }

        return contenders;
    }
}
