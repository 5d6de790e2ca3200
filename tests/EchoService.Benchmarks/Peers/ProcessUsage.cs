using System.Diagnostics;
using System.Globalization;

namespace EchoService.Benchmarks;

/// <summary>A process with those that it started, by <c>/proc</c> (Linux): what they have used.</summary>
internal static class ProcessUsage
{
    /// <summary>Linux shows processor time in hundredths of a second to every program, whatever the kernel's own clock.</summary>
    private const int TicksPerSecond = 100;

    /// <summary>User and system time of the process, of its living descendants, and of those that have ended and were waited for.</summary>
    public static TimeSpan Processor(int processId) =>
        Tree(processId).Aggregate(TimeSpan.Zero, (sum, id) => sum + OfOne(id, own: true));

    /// <summary>Time of our own children that have ended: a program that runs to its end is measured by the difference.</summary>
    public static TimeSpan EndedChildren() => OfOne(Environment.ProcessId, own: false);

    /// <summary>The largest resident memory that the process and its living descendants had, in bytes.</summary>
    public static long Peak(int processId) => Tree(processId).Sum(id => Status(id, "VmHWM:"));

    /// <summary>Resident memory now, in bytes.</summary>
    public static long Resident(int processId) => Tree(processId).Sum(id => Status(id, "VmRSS:"));

    /// <summary>Ends all programs that this one has started, and those that they have.</summary>
    public static void KillDescendants()
    {
        foreach (var id in Tree(Environment.ProcessId).Skip(1).ToList())
        {
            try
            {
                using var process = Process.GetProcessById(id);
                process.Kill();
            }
            catch (ArgumentException)
            {
                // It has ended meanwhile.
            }
        }
    }

    private static IEnumerable<int> Tree(int processId)
    {
        yield return processId;
        foreach (var child in Children(processId).SelectMany(Tree))
        {
            yield return child;
        }
    }

    private static List<int> Children(int processId)
    {
        try
        {
            return [.. Directory.EnumerateDirectories($"/proc/{processId}/task")
                .SelectMany(task => File.ReadAllText(Path.Combine(task, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Select(id => int.Parse(id, CultureInfo.InvariantCulture))];
        }
        catch (IOException)
        {
            // It has ended meanwhile.
            return [];
        }
    }

    private static TimeSpan OfOne(int processId, bool own)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{processId}/stat");

            // The name, in brackets, may have spaces; utime, stime, cutime and cstime are fields 14 to 17 of proc(5).
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            var ticks = fields[11..15].Select(field => long.Parse(field, CultureInfo.InvariantCulture)).ToArray();
            return TimeSpan.FromSeconds((ticks[2] + ticks[3] + (own ? ticks[0] + ticks[1] : 0)) / (double)TicksPerSecond);
        }
        catch (IOException)
        {
            return TimeSpan.Zero;
        }
    }

    private static long Status(int processId, string field)
    {
        try
        {
            var line = File.ReadLines($"/proc/{processId}/status").FirstOrDefault(line => line.StartsWith(field, StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) << 10;
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
