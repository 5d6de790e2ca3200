using System.Globalization;

namespace EchoService.Tests.Testing;

/// <summary>What a process holds in memory, in bytes, from /proc.</summary>
public sealed class ProcessMemory(int processId)
{
    public long Resident => Read("VmRSS:");

    /// <summary>The most that was ever resident, or was since <see cref="ForgetPeak"/>.</summary>
    public long Peak => Read("VmHWM:");

    /// <summary>proc(5), clear_refs: 5 sets the peak back to what is resident now.</summary>
    public void ForgetPeak() => File.WriteAllText($"/proc/{processId}/clear_refs", "5");

    private long Read(string name)
    {
        var line = File.ReadLines($"/proc/{processId}/status").Single(line => line.StartsWith(name, StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }
}
