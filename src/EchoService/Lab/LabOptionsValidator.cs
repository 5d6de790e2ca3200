using EchoService.Tcp;
using EchoService.Tcp.Faults;
using Microsoft.Extensions.Options;

namespace EchoService.Lab;

internal sealed class LabOptionsValidator(IHostEnvironment environment) : IValidateOptions<LabOptions>
{
    public ValidateOptionsResult Validate(string? name, LabOptions options)
    {
        var failures = options.Servers.SelectMany(server => Failures($"{LabOptions.Section}:Servers:{server.Key}", server.Value)).ToList();
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private IEnumerable<string> Failures(string key, LabServerOptions server)
    {
        if (server.Port is not (>= 0 and <= 65535))
        {
            yield return $"{key}:Port must be between 0 (a free one) and 65535";
        }

        if (ListenAddress.Parse(server.Address).Count == 0)
        {
            yield return $"{key}:Address must be localhost, * or an IP address";
        }

        if (server.Root is null || !Directory.Exists(Path.Combine(environment.ContentRootPath, server.Root)))
        {
            yield return $"{key}:Root must be a folder that exists";
        }

        foreach (var failure in FaultOptionsValidator.Failures($"{key}:Faults", server.Faults, http: true))
        {
            yield return failure;
        }
    }
}
