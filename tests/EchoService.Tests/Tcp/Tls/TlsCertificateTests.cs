using System.Security.Cryptography.X509Certificates;
using EchoService.Tcp;
using EchoService.Tests.Testing;

namespace EchoService.Tests.Tcp.Tls;

/// <summary>Which certificates are shown and asked for, and where they come from.</summary>
public sealed class TlsCertificateTests : IDisposable
{
    private readonly TestAuthority _authority = new();

    public void Dispose() => _authority.Dispose();

    [Fact]
    public async Task TheNameThatTheClientAsksForChoosesTheCertificate()
    {
        using var service = _authority.Serve([.. _authority.Pair($"{TlsChannel.Section}:Sni:one.example", "one.example"), .. _authority.Pair($"{TlsChannel.Section}:Sni:*.wild.example", "x.wild.example")]);
        foreach (var (asked, expected) in new[]
        {
            ("one.example", "one.example"), ("ONE.example", "one.example"), ("a.wild.example", "x.wild.example"), ("a.b.wild.example", "echo.example"),
            ("wild.example", "echo.example"), ("other.example", "echo.example"), ("127.0.0.1", "echo.example"),
        })
        {
            using var client = await TlsPeer.ConnectAsync(service, _authority, asked);
            Assert.Equal($"CN={expected}", client.ServerSubject);
        }
    }

    [Theory]
    [InlineData("None", "none", true)]
    [InlineData("Optional", "none", true)]
    [InlineData("Optional", "good", true)]
    [InlineData("Optional", "foreign", false)]
    [InlineData("Required", "none", false)]
    [InlineData("Required", "good", true)]
    [InlineData("Required", "foreign", false)]
    public async Task ClientCertificatesAreAskedForAsConfigured(string mode, string offered, bool served)
    {
        using var foreign = new TestAuthority();
        using var certificate = offered switch
        {
            "good" => _authority.Issue("client"),
            "foreign" => foreign.Issue("client"),
            _ => null,
        };
        using var service = _authority.Serve(($"{TlsChannel.Section}:ClientCertificates", mode), ($"{TlsChannel.Section}:ClientAuthorities", _authority.RootPath));
        if (served)
        {
            using var client = await TlsPeer.ConnectAsync(service, _authority, certificate: certificate);
            await client.SendAsync("Hello\n");
            await client.ExpectAsync("Echoed back: Hello\n");
        }
        else
        {
            await Assert.ThrowsAnyAsync<Exception>(async () =>
            {
                // With TLS 1.3 the client has finished before it is refused.
                using var client = await TlsPeer.ConnectAsync(service, _authority, certificate: certificate);
                await client.SendAsync("Hello\n");
                await client.ExpectAsync("Echoed back: Hello\n");
            });
            await service.HasClosedAsync(CloseReason.TlsFailed);
        }
    }

    [Fact]
    public async Task AChangedCertificateIsServedAndABrokenOneLeavesTheLastGoodOne()
    {
        using var service = _authority.Serve();
        using var old = await TlsPeer.ConnectAsync(service, _authority);
        using var issued = _authority.Issue("new.example");
        _authority.WritePair("echo.example", issued);
        using (var client = await TlsPeer.ConnectAsync(service, _authority))
        {
            Assert.Equal("CN=new.example", client.ServerSubject);
        }

        _authority.Write("echo.example.key", "no key");
        using (var client = await TlsPeer.ConnectAsync(service, _authority))
        {
            Assert.Equal("CN=new.example", client.ServerSubject);
        }

        await service.Logs.WaitForAsync($"{TlsChannel.Section}:Certificate: {_authority.PathOf("echo.example.pem")} changed but cannot be used");
        File.Delete(_authority.PathOf("echo.example.pem"));
        using (var client = await TlsPeer.ConnectAsync(service, _authority))
        {
            Assert.Equal("CN=new.example", client.ServerSubject);
        }

        using var third = _authority.Issue("third.example");
        _authority.WritePair("echo.example", third);
        using (var client = await TlsPeer.ConnectAsync(service, _authority))
        {
            Assert.Equal("CN=third.example", client.ServerSubject);
        }

        await old.SendAsync("Hello\n");
        await old.ExpectAsync("Echoed back: Hello\n");
    }

    [Fact]
    public async Task ASwitchedLinkIsAChangedCertificate()
    {
        // As a mounted Kubernetes secret changes: the file's path is a link into a folder that is itself a link.
        foreach (var version in new[] { "v1", "v2" })
        {
            Directory.CreateDirectory(_authority.PathOf(version));
            using var issued = _authority.Issue($"{version}.example");
            _authority.WritePair($"{version}/tls", issued);
        }

        Directory.CreateSymbolicLink(_authority.PathOf("data"), "v1");
        File.CreateSymbolicLink(_authority.PathOf("tls.pem"), "data/tls.pem");
        File.CreateSymbolicLink(_authority.PathOf("tls.key"), "data/tls.key");
        using var service = new ServiceFixture(($"{TlsChannel.Section}:Certificate:Path", _authority.PathOf("tls.pem")), ($"{TlsChannel.Section}:Certificate:KeyPath", _authority.PathOf("tls.key")));
        using (var client = await TlsPeer.ConnectAsync(service, _authority))
        {
            Assert.Equal("CN=v1.example", client.ServerSubject);
        }

        Directory.CreateSymbolicLink(_authority.PathOf("data2"), "v2");
        Directory.Delete(_authority.PathOf("data"));
        Directory.Move(_authority.PathOf("data2"), _authority.PathOf("data"));
        using (var client = await TlsPeer.ConnectAsync(service, _authority))
        {
            Assert.Equal("CN=v2.example", client.ServerSubject);
        }
    }

    [Theory]
    [InlineData("secret")]
    [InlineData(null)]
    public async Task APfxServesToo(string? password)
    {
        using var issued = _authority.Issue("pfx.example");
        var path = _authority.PathOf("tls.pfx");
        await File.WriteAllBytesAsync(path, issued.Export(X509ContentType.Pfx, password), TestContext.Current.CancellationToken);
        using var service = new ServiceFixture(($"{TlsChannel.Section}:Certificate:Path", path), ($"{TlsChannel.Section}:Certificate:Password", password));
        using var client = await TlsPeer.ConnectAsync(service, _authority);
        Assert.Equal("CN=pfx.example", client.ServerSubject);
    }
}
