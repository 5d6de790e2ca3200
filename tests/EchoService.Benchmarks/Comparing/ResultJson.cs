using System.Runtime.InteropServices;
using System.Text.Json;

namespace EchoService.Benchmarks;

/// <summary>All figures of all runs, for programs.</summary>
internal static class ResultJson
{
    public static void Write(FileInfo file, string comparison, IReadOnlyList<WorkResult> results)
    {
        using var stream = file.Create();
        using var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        writer.WriteStartObject();
        writer.WriteString("comparison", comparison);
        writer.WriteNumber("processors", Environment.ProcessorCount);
        writer.WriteString("runtime", RuntimeInformation.FrameworkDescription);
        writer.WriteStartArray("works");
        foreach (var result in results)
        {
            Write(writer, result);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, WorkResult result)
    {
        writer.WriteStartObject();
        writer.WriteString("name", result.Work.Name);
        writer.WriteString("title", result.Work.Title);
        writer.WriteNumber("rounds", result.Rounds);
        writer.WriteString("baseline", result.Work.Baseline);
        writer.WriteStartArray("contenders");
        foreach (var contender in result.Contenders)
        {
            Write(writer, contender, result.Baseline);
        }

        writer.WriteEndArray();
        writer.WriteStartArray("leftOut");
        foreach (var missing in result.Missing)
        {
            writer.WriteStringValue(missing);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, ContenderResult contender, ContenderResult? baseline)
    {
        writer.WriteStartObject();
        writer.WriteString("name", contender.Name);
        writer.WriteStartArray("figures");
        foreach (var figure in contender.Figures)
        {
            writer.WriteStartObject();
            writer.WriteString("name", figure);
            WriteNumber(writer, "median", contender.Median(figure));
            WriteNumber(writer, "ratio", contender.Ratio(figure, baseline));
            writer.WriteStartArray("samples");
            foreach (var sample in contender.Samples)
            {
                writer.WriteNumberValue(sample.Figures.First(entry => entry.Figure == figure).Value);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter writer, string name, double? value)
    {
        if (value is { } number && double.IsFinite(number))
        {
            writer.WriteNumber(name, number);
        }
        else
        {
            writer.WriteNull(name);
        }
    }
}
