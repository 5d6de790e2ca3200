using System.Text.Json;
using EchoService.Downloads;
using EchoService.Tcp;
using Microsoft.Extensions.Options;

namespace EchoService.Configuration;

/// <summary>Ends a start that cannot succeed: one line on standard error, and the exit code.</summary>
internal static class StartFailure
{
    public static int Report(Exception failure)
    {
        var (code, line) = Explain(failure) ?? (ExitCode.Failed, failure.ToString());
        Console.Error.WriteLine(line);
        return code;
    }

    /// <summary>The first exception of the chain that has an explanation; null where none has.</summary>
    private static (int Code, string Line)? Explain(Exception? failure) => failure switch
    {
        null => null,
        ListenException or DataFolderException => (ExitCode.Unavailable, failure.Message),
        ConfigurationException => (ExitCode.BadConfiguration, failure.Message),
        OptionsValidationException validation => (ExitCode.BadConfiguration, OptionKeys.InFull(validation.Failures.First())),
        InvalidDataException { InnerException: FormatException { InnerException: JsonException json } } file =>
            (ExitCode.BadConfiguration, $"{file.Message} Mend its JSON at line {json.LineNumber + 1}, byte {json.BytePositionInLine + 1}."),
        InvalidDataException { InnerException: FormatException format } file =>
            (ExitCode.BadConfiguration, $"{file.Message} {format.Message}"),
        AggregateException several => several.InnerExceptions.Select(Explain).FirstOrDefault(found => found is not null),
        _ => Explain(failure.InnerException),
    };
}
