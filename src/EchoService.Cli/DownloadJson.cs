using System.Text.Json;
using EchoService.Downloads.Jobs;

namespace EchoService.Cli;

/// <summary>A download as JSON: one document, or a line for each item and one for the job.</summary>
internal sealed class DownloadJson(Output output)
{
    public void Line(EndedItem item) => Write(writer => WriteItem(writer, item));

    /// <param name="items">Written one by one: a list may be long.</param>
    public void Job(DownloadRequest request, Job? job, FormerFiles former, TimeSpan took, Failures failures, IEnumerable<Item> items) => Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("output", Path.GetFullPath(request.Output));
        writer.WriteNumber("took", Math.Round(took.TotalSeconds, 3));
        writer.WriteNumber("total", (job?.Total ?? 0) + former.BesideJob);
        writer.WriteNumber("alreadyThere", former.There);
        writer.WriteStartObject("counts");
        writer.WriteNumber("done", former.DoneNow(job));
        writer.WriteNumber("failed", job?.Counts.Failed ?? 0);
        writer.WriteNumber("skipped", job?.Counts.Skipped ?? 0);
        writer.WriteNumber("cancelled", job?.Counts.Cancelled ?? 0);
        writer.WriteEndObject();
        writer.WriteStartObject("errors");
        foreach (var (code, count) in failures.Causes)
        {
            writer.WriteNumber(code, count);
        }

        writer.WriteEndObject();
        writer.WriteNumber("bytes", job?.Bytes ?? 0);
        if (!request.Verbose)
        {
            writer.WriteStartArray("items");
            foreach (var item in items)
            {
                WriteItem(writer, EndedItem.Of(item));
                if (writer.BytesPending > 16 << 10)
                {
                    writer.Flush();
                }
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    });

    private static void WriteItem(Utf8JsonWriter writer, EndedItem item)
    {
        writer.WriteStartObject();
        writer.WriteNumber("n", item.Number);
        writer.WriteString("url", item.Url);
        writer.WriteString("state", item.State);
        writer.WriteString("fileName", item.FileName);
        Number(writer, "size", item.Size);
        Number(writer, "httpStatus", item.HttpStatus);
        writer.WriteString("errorCode", item.ErrorCode);
        writer.WriteString("error", item.Error);
        writer.WriteEndObject();
    }

    private static void Number(Utf8JsonWriter writer, string name, long? value)
    {
        if (value is { } number)
        {
            writer.WriteNumber(name, number);
        }
        else
        {
            writer.WriteNull(name);
        }
    }

    private void Write(Action<Utf8JsonWriter> write)
    {
        using (var writer = new Utf8JsonWriter(output.Bytes, JsonText.Options))
        {
            write(writer);
        }

        output.Bytes.Write("\n"u8);
    }
}
