namespace EchoService.Configuration;

/// <summary>Part of the outer contract.</summary>
internal static class ExitCode
{
    public const int Stopped = 0;
    public const int Failed = 1;
    public const int BadConfiguration = 2;

    /// <summary>A port or the data folder cannot be had.</summary>
    public const int Unavailable = 3;
}
