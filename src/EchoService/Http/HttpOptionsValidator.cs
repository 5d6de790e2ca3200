using System.Net;
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

        return ValidateOptionsResult.Success;
    }

    private static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps)
        && text.Equals(uri.GetLeftPart(UriPartial.Authority), StringComparison.OrdinalIgnoreCase);
}
