using Microsoft.Extensions.Options;

namespace EchoService.Downloads.Egress;

/// <summary>One line for each entry of <c>Downloads:Egress</c> that is no network or no port.</summary>
internal sealed class EgressOptionsValidator : IValidateOptions<DownloadsOptions>
{
    private const string Section = $"{DownloadsOptions.Section}:{nameof(DownloadsOptions.Egress)}";

    public ValidateOptionsResult Validate(string? name, DownloadsOptions options)
    {
        var networks = options.Egress.AllowedNetworks
            .Select((text, at) => (text, at))
            .Where(entry => !NetworkText.TryParse(entry.text, out _))
            .Select(entry => $"{Section}:{nameof(EgressOptions.AllowedNetworks)}:{entry.at} '{entry.text}' must be an address or a network such as 10.0.0.0/8");
        var ports = options.Egress.AllowedPorts
            .Select((port, at) => (port, at))
            .Where(entry => entry.port is < 1 or > 65535)
            .Select(entry => $"{Section}:{nameof(EgressOptions.AllowedPorts)}:{entry.at} must be between 1 and 65535, not {entry.port}");
        var failures = networks.Concat(ports).ToList();
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
