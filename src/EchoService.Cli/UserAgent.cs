using System.Reflection;

namespace EchoService.Cli;

internal static class UserAgent
{
    /// <summary>As <c>echoctl/0.1.0</c>.</summary>
    public static string Text { get; } = "echoctl/" +
        (typeof(UserAgent).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0").Split('+')[0];
}
