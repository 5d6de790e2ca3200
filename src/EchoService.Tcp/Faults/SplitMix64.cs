namespace EchoService.Tcp.Faults;

/// <summary>
/// Our random numbers: SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014). Unlike
/// <see cref="Random"/> it gives the same numbers in every process, on every machine and in every version.
/// </summary>
internal struct SplitMix64(ulong state)
{
    private const ulong Gamma = 0x9E3779B97F4A7C15; // 2^64 divided by the golden ratio

    private ulong _state = state;

    /// <summary>The generator of the <paramref name="number"/>-th thing under <paramref name="seed"/>; neighbours have nothing in common.</summary>
    public static SplitMix64 Of(long seed, long number) => new(At(seed, number));

    /// <summary>The <paramref name="number"/>-th number under <paramref name="seed"/>, without those before it.</summary>
    public static ulong At(long seed, long number) => Mix(Mix(unchecked((ulong)seed)) + (unchecked((ulong)number) * Gamma));

    /// <summary>The same as a number from 0 to below 1.</summary>
    public static double UnitAt(long seed, long number) => Unit(At(seed, number));

    public ulong Next() => Mix(_state += Gamma);

    /// <summary>From 0 to below 1.</summary>
    public double NextUnit() => Unit(Next());

    private static double Unit(ulong value) => (value >> 11) * (1.0 / (1UL << 53));

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
