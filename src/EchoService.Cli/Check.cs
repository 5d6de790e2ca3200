using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace EchoService.Cli;

/// <summary>Checks of options that the parser does not make by itself.</summary>
internal static class Check
{
    public static Action<OptionResult> AtLeast<T>(Option<T> option, T least)
        where T : struct, IComparable<T> => result =>
    {
        if (result.Errors.Any() || result.Tokens.Count == 0)
        {
            return;
        }

        if (result.GetValue(option).CompareTo(least) < 0)
        {
            result.AddError(string.Create(CultureInfo.InvariantCulture, $"Option '{option.Name}' must be at least {least}."));
        }
    };
}
