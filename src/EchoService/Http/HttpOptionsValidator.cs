using System.Net;
using EchoService.Tcp.Proxy;
using EchoService.Tcp.Tls;
using Microsoft.Extensions.Options;

namespace EchoService.Http;

[OptionsValidator]
internal sealed partial class HttpOptionsValidator : IValidateOptions<HttpOptions>;

/// <summary>What attributes cannot say.</summary>
internal sealed class HttpOptionsRules : IValidateOptions<HttpOptions>
{
    public ValidateOptionsResult Validate(string? name, HttpOptions options)
    {
        if (options.Address is not ("localhost" or "*") && !IPAddress.TryParse(options.Address, out _))
        {
            return ValidateOptionsResult.Fail($"Http:Address is '{options.Address}', but must be localhost, * or an IP address");
        }

        for (var i = 0; i < options.Cors.Origins.Count; i++)
        {
            if (options.Cors.Origins[i] != "*" && !IsOrigin(options.Cors.Origins[i]))
            {
                return ValidateOptionsResult.Fail(
                    $"Http:Cors:Origins:{i} is '{options.Cors.Origins[i]}', but must be * or an origin such as https://example.org:8443, without a path");
            }
        }

        for (var i = 0; i < options.TrustedProxies.Count; i++)
        {
            if (!TrustedNetworks.TryParse(options.TrustedProxies[i], out _))
            {
                return ValidateOptionsResult.Fail(
                    $"Http:TrustedProxies:{i} is '{options.TrustedProxies[i]}', but must be an IP address or a network such as 10.0.0.0/8");
            }
        }

        return options.Tls is { } tls && TlsOptionsValidator.Failures($"{HttpOptions.Section}:Tls", tls).FirstOrDefault() is { } failure
            ? ValidateOptionsResult.Fail(failure)
            : ValidateOptionsResult.Success;
    }

    private static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps)
        && text.Equals(uri.GetLeftPart(UriPartial.Authority), StringComparison.OrdinalIgnoreCase);
}
