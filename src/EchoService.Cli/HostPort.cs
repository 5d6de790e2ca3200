using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace EchoService.Cli;

/// <summary>Where a TCP command connects to: <c>host:port</c>, <c>[::1]:8888</c>.</summary>
internal sealed record HostPort(string Host, int Port)
{
    /// <exception cref="CommandException">It is neither.</exception>
    public static HostPort Parse(string text)
    {
        var colon = text.LastIndexOf(':');
        if (colon <= 0
            || !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            || port is 0 or > 65535)
        {
            throw CommandException.Usage($"'{text}' is no HOST:PORT, e.g. localhost:8888.");
        }

        var host = text[..colon];
        var bracketed = host.StartsWith('[') && host.EndsWith(']');
        return host.Contains(':', StringComparison.Ordinal) && !bracketed
            ? throw CommandException.Usage($"'{text}' is no HOST:PORT: an IPv6 address takes brackets, e.g. [::1]:8888.")
            : new HostPort(host.Trim('[', ']'), port);
    }

    /// <exception cref="CommandException">Nobody answers there.</exception>
    public async Task<Socket> ConnectAsync(CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(new DnsEndPoint(Host, Port), cancellationToken);
            return socket;
        }
        catch (SocketException exception) when (!cancellationToken.IsCancellationRequested)
        {
            socket.Dispose();
            throw new CommandException($"{this} cannot be reached: {exception.Message}", inner: exception);
        }
        catch
        {
            socket.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
            throw;
        }
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port}");
}
