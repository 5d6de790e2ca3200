using System.Diagnostics;
using System.Globalization;

namespace EchoService.Downloads;

/// <summary>
/// Places at which a test lets the process die, as a power failure would have it: <c>ECHOSERVICE_FAILPOINT=after-fsync:3</c> sends
/// SIGKILL to the process when it comes to that place for the third time. Read once; without the variable nothing is counted or compared.
/// </summary>
internal static class Failpoint
{
    /// <summary>A posted job is durable, and nobody has been told.</summary>
    public const string AfterPublish = "after-publish";
    public const string AfterClaim = "after-claim";
    public const string MidBody = "mid-body";
    public const string AfterWrite = "after-write";
    public const string AfterFsync = "after-fsync";
    public const string BeforeCommit = "before-commit";
    public const string AfterCommit = "after-commit";
    public const string AfterRename = "after-rename";

    private static readonly (string Name, int Count)? s_armed = Parse(Environment.GetEnvironmentVariable("ECHOSERVICE_FAILPOINT"));
    private static readonly bool s_isArmed = s_armed is not null;
    private static int s_passed;

    public static void Pass(string name)
    {
        if (s_isArmed && s_armed!.Value.Name == name && Interlocked.Increment(ref s_passed) == s_armed.Value.Count)
        {
            using var self = Process.GetCurrentProcess();
            self.Kill();
        }
    }

    private static (string, int)? Parse(string? text) =>
        text?.Split(':') is [var name, var count] && int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? (name, n) : null;
}
