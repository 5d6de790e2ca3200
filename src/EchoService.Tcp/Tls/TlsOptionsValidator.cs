using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace EchoService.Tcp.Tls;

/// <summary>Checks section <c>Tls</c> of every enabled channel, down to reading its files; HTTP's is checked by the same rules.</summary>
internal sealed class TlsOptionsValidator : IValidateOptions<TcpOptions>
{
    public ValidateOptionsResult Validate(string? name, TcpOptions options)
    {
        var failures = options.Channels
            .Where(c => c.Value is { Enabled: true, Tls: not null })
            .SelectMany(c => Failures($"{TcpOptions.Section}:Channels:{c.Key}:Tls", c.Value.Tls!))
            .ToList();
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    public static IEnumerable<string> Failures(string key, TlsOptions options)
    {
        var certificates = options.Sni.Select(e => Certificate($"{key}:Sni:{e.Key}", e.Value))
            .Prepend(Certificate($"{key}:Certificate", options.Certificate));
        return certificates.Append(Clients(key, options)).Append(Protocols(key, options)).OfType<string>();
    }

    private static string? Certificate(string key, CertificateOptions certificate)
    {
        if (string.IsNullOrEmpty(certificate.Path))
        {
            return $"{key}:Path is missing: give a PEM or PFX file, or leave the section Tls out";
        }

        return Missing($"{key}:Path", certificate.Path)
            ?? (certificate.KeyPath is null ? null : Missing($"{key}:KeyPath", certificate.KeyPath))
            ?? Unusable(
                $"{key}:Path",
                certificate.Path,
                $"give a PEM certificate with its key (also in {key}:KeyPath), or a PFX, and {key}:Password where one is needed",
                () => CertificateFiles.Load(certificate));
    }

    private static string? Clients(string key, TlsOptions options)
    {
        if (!Enum.IsDefined(options.ClientCertificates))
        {
            return $"{key}:ClientCertificates must be one of {string.Join(", ", Enum.GetNames<ClientCertificates>())}";
        }

        return options.ClientAuthorities is not { } path ? null : Missing($"{key}:ClientAuthorities", path)
            ?? Unusable($"{key}:ClientAuthorities", path, "give a PEM file of certificates", () => CertificateFiles.LoadAuthorities(path));
    }

    private static string? Protocols(string key, TlsOptions options) =>
        options.ApplicationProtocols.All(name => Encoding.UTF8.GetByteCount(name) is > 0 and <= 255)
            ? null
            : $"{key}:ApplicationProtocols must be names of 1 to 255 bytes, such as h2";

    private static string? Missing(string key, string path) =>
        File.Exists(path) ? null : $"{key} is '{path}', and there is no such file: create it, or set {key} to one that is there";

    private static string? Unusable(string key, string path, string remedy, Action load)
    {
        try
        {
            load();
            return null;
        }
        catch (Exception exception) when (TlsFailure.OfFiles(exception))
        {
            var reason = exception is CryptographicException ? exception.Message.ReplaceLineEndings(" ") : $"it cannot be read: {exception.Message}";
            return $"{key} is '{path}', which cannot be used ({reason.TrimEnd('.')}): {remedy}";
        }
    }
}
