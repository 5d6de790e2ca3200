using System.Reflection;

namespace EchoService.Configuration;

/// <summary>What is answered without starting anything.</summary>
internal static class CommandLine
{
    private const string Help =
        """
        EchoService: TCP channels (echo and its relatives) and downloads, in one service.

        Usage: EchoService [--Section:Key=value ...]
               EchoService --version | --help

        Every setting of appsettings.json can be given here or in the environment, for example
          --Http:Port=9090                       HTTP: downloads, health, metrics, API pages (/docs)
          --Tcp:Channels:echo:Port=7             a channel's port
          --Downloads:DataDirectory=/var/lib/es  where downloads live
          Tcp__Channels__echo__Port=7            the same by environment variable

        Exit codes: 0 stopped in order, 2 bad configuration, 3 a port or the data folder cannot be had, 1 anything else.
        """;

    public static string Version { get; } =
        typeof(CommandLine).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>True when <paramref name="args"/> asked for the version or for help, and has been answered.</summary>
    public static bool Answers(string[] args)
    {
        var answer = args is [var only] ? only : null;
        switch (answer)
        {
            case "--version":
                Console.WriteLine($"EchoService {Version}");
                return true;
            case "--help" or "-h" or "-?":
                Console.WriteLine(Help);
                return true;
            default:
                return false;
        }
    }

    /// <summary>The framework passes over what it does not understand; a setting that is lost that way is a wrong start.</summary>
    /// <exception cref="ConfigurationException">An argument is no setting.</exception>
    public static void Check(string[] args)
    {
        for (var i = 0; i < args.Length; i++)
        {
            var named = args[i].StartsWith("--", StringComparison.Ordinal) || args[i].StartsWith('/');
            if (!args[i].Contains('=', StringComparison.Ordinal) && (!named || ++i == args.Length))
            {
                throw new ConfigurationException($"'{args[Math.Min(i, args.Length - 1)]}' is not understood: write a setting as --Section:Key=value (--help tells more)");
            }

            if (!named && args[i].StartsWith('-'))
            {
                throw new ConfigurationException($"'{args[i]}' is not understood: settings begin with two hyphens, --Section:Key=value");
            }
        }
    }
}
