using Microsoft.Extensions.Options;

namespace EchoService.Tcp.Proxy;

/// <summary>Checks <c>ProxyProtocol</c> and <c>TrustedProxies</c> of every channel.</summary>
internal sealed class ProxyOptionsValidator : IValidateOptions<TcpOptions>
{
    public ValidateOptionsResult Validate(string? name, TcpOptions options)
    {
        var failures = options.Channels.SelectMany(c => Failures($"{TcpOptions.Section}:Channels:{c.Key}", c.Value)).ToList();
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static IEnumerable<string> Failures(string key, ChannelOptions channel)
    {
        if (!Enum.IsDefined(channel.ProxyProtocol))
        {
            yield return $"{key}:ProxyProtocol must be one of {string.Join(", ", Enum.GetNames<ProxyProtocol>())}";
        }
        else if (channel.ProxyProtocol != ProxyProtocol.Off && channel.TrustedProxies.Count == 0)
        {
            yield return $"{key}:TrustedProxies is empty: list the proxies' networks such as 10.0.0.0/8, or set {key}:ProxyProtocol to Off";
        }

        for (var i = 0; i < channel.TrustedProxies.Count; i++)
        {
            if (!TrustedNetworks.TryParse(channel.TrustedProxies[i], out _))
            {
                yield return $"{key}:TrustedProxies:{i} must be a network such as 10.0.0.0/8 or 2001:db8::/32, or an address; "
                    + $"it is '{channel.TrustedProxies[i]}'";
            }
        }
    }
}
