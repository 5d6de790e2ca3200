using EchoService.Downloads.Fetching;
using EchoService.Downloads.Jobs;

namespace EchoService.Cli;

/// <summary>What one call of <c>download</c> asks for.</summary>
/// <param name="Concurrency">Transfers at once.</param>
/// <param name="BytesPerSecond">All transfers together; 0: no limit.</param>
internal sealed record DownloadRequest(
    UrlList List, JobOptions Options, FetcherSettings Fetching, string Output, int Concurrency, int PerHost, long BytesPerSecond, bool Verbose, bool Json);
