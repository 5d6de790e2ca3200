using System.Security.Cryptography.X509Certificates;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Tcp.Tls;

public sealed class TlsConfigurationTests : IDisposable
{
    private const string Section = "Tcp:Channels:echo:Tls";
    private readonly TestAuthority _authority = new();

    public void Dispose() => _authority.Dispose();

    public static TheoryData<string, string, string> Bad => new()
    {
        { "Certificate:Path", "", $"{Section}:Certificate:Path is missing: give a PEM or PFX file" },
        { "Certificate:Path", "/no/such.pem", $"{Section}:Certificate:Path is '/no/such.pem', and there is no such file" },
        { "Certificate:KeyPath", "/no/such.key", $"{Section}:Certificate:KeyPath is '/no/such.key', and there is no such file" },
        { "Certificate:KeyPath", "other.key", $"{Section}:Certificate:Path is '" },
        { "Certificate:Path", "empty.pem", $"{Section}:Certificate:Path is '" },
        { "Certificate:Path", "locked.pfx", $"{Section}:Certificate:Path is '" },
        { "Sni:other.example:Path", "/no/such.pem", $"{Section}:Sni:other.example:Path is '/no/such.pem', and there is no such file" },
        { "ClientAuthorities", "/no/such.pem", $"{Section}:ClientAuthorities is '/no/such.pem', and there is no such file" },
        { "ClientAuthorities", "empty.pem", $"{Section}:ClientAuthorities is '" },
        { "ClientCertificates", "Maybe", $"{Section}:ClientCertificates is 'Maybe', but must be one of None, Optional, Required" },
        { "ClientCertificates", "9", $"{Section}:ClientCertificates must be one of None, Optional, Required" },
        { "Certificat:Path", "x", $"{Section}:Certificat is not a setting" },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task BadSettingsAreRefusedInOneLineThatNamesTheKey(string key, string value, string expected)
    {
        using var issued = _authority.Issue("echo.example");
        using var other = _authority.Issue("other.example");
        var (certificate, privateKey) = _authority.WritePair("echo.example", issued);
        _authority.WritePair("other", other);
        _authority.Write("empty.pem", "");
        await File.WriteAllBytesAsync(_authority.PathOf("locked.pfx"), issued.Export(X509ContentType.Pfx, "secret"), TestContext.Current.CancellationToken);
        value = value.Contains('.', StringComparison.Ordinal) && !value.StartsWith('/') ? _authority.PathOf(value) : value;

        var settings = new Dictionary<string, string?> { [$"{Section}:Certificate:Path"] = certificate, [$"{Section}:Certificate:KeyPath"] = privateKey };
        if (key == "Certificate:Path" && value.EndsWith(".pfx", StringComparison.Ordinal))
        {
            settings.Clear();
        }

        settings[$"{Section}:{key}"] = value;
        await using var service = ServiceProcess.Create([.. settings.Select(s => (s.Key, s.Value))]);
        service.Launch();
        Assert.Equal(2, await service.ExitAsync());
        Assert.StartsWith(expected, Assert.Single(service.Errors.Snapshot()), StringComparison.Ordinal);
    }
}
