using System.Diagnostics.Metrics;
using System.Net;
using EchoService.Tcp;
using EchoService.Tcp.Proxy;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace EchoService.Http;

/// <summary>
/// How many HTTP connections may be open, in all and from one client; one too many is closed before anything is read or said. Kestrel's own limit
/// counts each listener for itself, and the channels' with them. A trusted proxy counts in the total alone: it stands for many clients.
/// </summary>
internal sealed class HttpGate : IDisposable
{
    private readonly ConnectionQuota _total;
    private readonly AddressQuota _addresses;
    private readonly TrustedNetworks _proxies;
    private readonly ILogger<HttpGate> _log;
    private readonly Meter _meter;
    private long _overTotal;
    private long _overAddress;

    public HttpGate(IOptions<HttpOptions> options, IMeterFactory meters, ILogger<HttpGate> log)
    {
        _total = new(options.Value.Limits.MaxConnections);
        _addresses = new(options.Value.Limits.PerAddress);
        _proxies = new(options.Value.TrustedProxies);
        _log = log;
        _meter = meters.Create("EchoService.Http");
        _meter.CreateObservableCounter("echoservice.http.refused", Refused, "{connection}", "HTTP connections closed at once, by the limit that they were over.");
    }

    public ConnectionDelegate Guard(ConnectionDelegate next) => async connection =>
    {
        var client = _proxies.Contains(connection.RemoteEndPoint) ? null : connection.RemoteEndPoint;
        if (!_total.TryTake())
        {
            Interlocked.Increment(ref _overTotal);
            _log.OverLimit(connection.RemoteEndPoint, "Http:Limits:MaxConnections");
            return;
        }

        try
        {
            await PassAddressAsync(connection, client, next);
        }
        finally
        {
            _total.Release();
        }
    };

    public void Dispose() => _meter.Dispose();

    private async Task PassAddressAsync(ConnectionContext connection, EndPoint? client, ConnectionDelegate next)
    {
        if (!_addresses.TryTake(client))
        {
            Interlocked.Increment(ref _overAddress);
            _log.OverLimit(connection.RemoteEndPoint, "Http:Limits:PerAddress");
            return;
        }

        try
        {
            await next(connection);
        }
        finally
        {
            _addresses.Release(client);
        }
    }

    private IEnumerable<Measurement<long>> Refused() =>
    [
        new(Interlocked.Read(ref _overTotal), new KeyValuePair<string, object?>("reason", "connectionLimit")),
        new(Interlocked.Read(ref _overAddress), new KeyValuePair<string, object?>("reason", "addressLimit")),
    ];
}
