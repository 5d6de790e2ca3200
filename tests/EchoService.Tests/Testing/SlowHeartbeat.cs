namespace EchoService.Tests.Testing;

/// <summary>Kestrel's warning that the machine has kept it waiting for a second: nothing that the service did.</summary>
internal static class SlowHeartbeat
{
    public static bool IsToldBy(string line) => line.Contains("the heartbeat has been running for", StringComparison.Ordinal);
}
