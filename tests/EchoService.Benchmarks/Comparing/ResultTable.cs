using System.Globalization;
using System.Text;

namespace EchoService.Benchmarks;

/// <summary>A result as a Markdown table: each figure's median, and after it the ratio to the baseline.</summary>
internal static class ResultTable
{
    public static void Write(TextWriter output, WorkResult result)
    {
        output.WriteLine();
        output.WriteLine($"{result.Work.Title} ({result.Work.Name}; {result.Rounds} rounds in turns, medians; x: ratio to {result.Work.Baseline})");
        output.WriteLine();
        if (result.Contenders.Count > 0)
        {
            WriteRows(output, result);
        }

        foreach (var missing in result.Missing)
        {
            output.WriteLine($"left out: {missing}");
        }
    }

    private static void WriteRows(TextWriter output, WorkResult result)
    {
        var rows = Rows(result);
        var widths = Enumerable.Range(0, rows[0].Count).Select(column => rows.Max(row => row[column].Length)).ToList();
        Line(output, rows[0], widths);
        Line(output, [.. widths.Select((width, column) => column == 0 ? new string('-', width) : new string('-', width - 1) + ":")], widths);
        foreach (var row in rows.Skip(1))
        {
            Line(output, row, widths);
        }
    }

    private static List<IReadOnlyList<string>> Rows(WorkResult result)
    {
        var figures = result.Contenders.SelectMany(contender => contender.Figures).Distinct(StringComparer.Ordinal).ToList();
        var rows = new List<IReadOnlyList<string>> { (string[])["", .. figures.SelectMany(figure => (string[])[figure, "x "])] };
        foreach (var contender in result.Contenders)
        {
            rows.Add([contender.Name, .. figures.SelectMany(figure => (string[])[Text(contender.Median(figure)), Text(contender.Ratio(figure, result.Baseline))])]);
        }

        return rows;
    }

    private static string Text(double? value) => value switch
    {
        null => "",
        _ when double.IsNaN(value.Value) || double.IsInfinity(value.Value) => "-",
        >= 1000 => value.Value.ToString("N0", CultureInfo.InvariantCulture),
        >= 100 => value.Value.ToString("0", CultureInfo.InvariantCulture),
        >= 10 => value.Value.ToString("0.0", CultureInfo.InvariantCulture),
        _ => value.Value.ToString("0.00", CultureInfo.InvariantCulture),
    };

    private static void Line(TextWriter output, IReadOnlyList<string> cells, List<int> widths)
    {
        var line = new StringBuilder("|");
        for (var column = 0; column < cells.Count; column++)
        {
            line.Append(' ').Append(column == 0 ? cells[column].PadRight(widths[column]) : cells[column].PadLeft(widths[column])).Append(" |");
        }

        output.WriteLine(line);
    }
}
