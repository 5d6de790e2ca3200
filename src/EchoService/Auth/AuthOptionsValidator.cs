using Microsoft.Extensions.Options;

namespace EchoService.Auth;

[OptionsValidator]
internal sealed partial class AuthOptionsValidator : IValidateOptions<AuthOptions>;

/// <summary>What attributes cannot say.</summary>
internal sealed class AuthOptionsRules : IValidateOptions<AuthOptions>
{
    private const int MaxName = 64;

    public ValidateOptionsResult Validate(string? name, AuthOptions options) =>
        Problems(options).FirstOrDefault() is { } problem ? ValidateOptionsResult.Fail(problem) : ValidateOptionsResult.Success;

    private static IEnumerable<string> Problems(AuthOptions options)
    {
        if (options.ProtectMetrics && options.ApiKeys.Count == 0)
        {
            yield return "Auth:ProtectMetrics is true, but there is no key to ask for: set Auth:ApiKeys:0";
        }

        var digests = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (n, key) in options.ApiKeys.Index())
        {
            var place = $"{AuthOptions.Section}:ApiKeys:{n}";
            if (key.Name.Length is 0 or > MaxName || !key.Name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '@'))
            {
                yield return $"{place}:Name must have 1 to {MaxName} letters, digits and - _ . @";
            }

            if (key.Sha256.Length != 64 || !key.Sha256.All(char.IsAsciiHexDigit))
            {
                yield return $"{place}:Sha256 must be the SHA-256 of a key, 64 hexadecimal digits: echoctl key new makes both";
            }

            if (!digests.Add(key.Sha256))
            {
                yield return $"{place}:Sha256 is that of a key before it: take one of the two away";
            }

            if (key.Scopes.Count == 0 || key.Scopes.Any(scope => !Scope.All.Contains(scope)))
            {
                yield return $"{place}:Scopes must be some of {string.Join(", ", Scope.All)}";
            }
        }
    }
}
