using System.IO.Pipelines;
using EchoService.Downloads.Fetching;

namespace EchoService.Downloads.Intake;

/// <summary>A URL a line.</summary>
internal static class TextList
{
    /// <summary>More than the longest URL in any encoding of its characters.</summary>
    private const int MaxLine = 2 * FetchUrl.MaxBytes;

    public static Task ReadAsync(PipeReader reader, ListReceiver receiver, CancellationToken cancellationToken) =>
        LineSplitter.ReadAsync(reader, MaxLine, line => receiver.AddAsync(line.Number, line.Text, line.Problem), cancellationToken);
}
