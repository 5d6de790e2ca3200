using Microsoft.Extensions.Options;

namespace EchoService.Tcp.Faults;

/// <summary>The configured lists of the channels.</summary>
internal sealed class FaultOptionsValidator : IValidateOptions<TcpOptions>
{
    public ValidateOptionsResult Validate(string? name, TcpOptions options)
    {
        var failures = options.Channels
            .SelectMany(channel => Failures($"{TcpOptions.Section}:Channels:{channel.Key}:Faults", channel.Value.Faults, http: false))
            .ToList();
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    /// <summary>One line each, which names the key below <paramref name="section"/>.</summary>
    public static IEnumerable<string> Failures(string section, IList<FaultOptions> faults, bool http)
    {
        var failures = faults.SelectMany((fault, n) => FaultRules.Check(fault, http).Select(failure => $"{section}:{n}:{failure.Field} {failure.Demand}"));
        return faults.Count > FaultRules.MostFaults ? failures.Prepend($"{section} must have at most {FaultRules.MostFaults} faults") : failures;
    }
}
