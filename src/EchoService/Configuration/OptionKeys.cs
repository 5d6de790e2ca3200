using System.Text.RegularExpressions;
using EchoService.Auth;
using EchoService.Downloads;
using EchoService.Http;
using EchoService.Lab;
using EchoService.Tcp;

namespace EchoService.Configuration;

/// <summary>Our configuration sections, and the classes that say which keys they have.</summary>
internal static partial class OptionKeys
{
    public static IReadOnlyList<(string Section, Type Options)> Sections { get; } =
    [
        (HttpOptions.Section, typeof(HttpOptions)),
        (TcpOptions.Section, typeof(TcpOptions)),
        (DownloadsOptions.Section, typeof(DownloadsOptions)),
        (ShutdownOptions.Section, typeof(ShutdownOptions)),
        (AuthOptions.Section, typeof(AuthOptions)),
        (LabOptions.Section, typeof(LabOptions)),
    ];

    /// <summary>Generated validators say <c>PerHost: The field DownloadsOptions.PerHost must be …</c>: puts the key in the place of the class.</summary>
    public static string InFull(string failure) => OptionsMember().Replace(MemberAlone().Replace(failure, ""), member =>
    {
        var path = Sections
            .Select(known => PathOf(member.Groups["class"].Value, known.Options, known.Section))
            .FirstOrDefault(found => found is not null);
        return path is null ? member.Value : $"{path}:{member.Groups["member"].Value.Replace('.', ':')}";
    });

    private static string? PathOf(string optionsClass, Type type, string path) =>
        type.Name == optionsClass
            ? path
            : type.GetProperties()
                .Where(property => property.PropertyType.Name.EndsWith("Options", StringComparison.Ordinal))
                .Select(property => PathOf(optionsClass, property.PropertyType, $"{path}:{property.Name}"))
                .FirstOrDefault(found => found is not null);

    [GeneratedRegex(@"^[\w.]+: ", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex MemberAlone();

    [GeneratedRegex(@"(?:The field |The )?(?<class>\w+Options)\.(?<member>\w+(\.\w+)*)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex OptionsMember();
}
