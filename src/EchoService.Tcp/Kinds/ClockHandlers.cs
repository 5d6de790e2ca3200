using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Connections;

namespace EchoService.Tcp.Kinds;

/// <summary>Sends the date and time as text, and closes (RFC 867, in the first form that it proposes).</summary>
internal sealed class DaytimeHandler(TimeProvider time) : ConnectionHandler
{
    public override async Task OnConnectedAsync(ConnectionContext connection) =>
        await TcpConnection.Of(connection).SendAsync(Encoding.ASCII.GetBytes(
            time.GetUtcNow().UtcDateTime.ToString("dddd, MMMM d, yyyy HH':'mm':'ss'-UTC\r\n'", CultureInfo.InvariantCulture)));
}

/// <summary>Sends the seconds since 1 January 1900 as four bytes, and closes (RFC 868). They begin anew in 2036, as its readers know.</summary>
internal sealed class TimeHandler(TimeProvider time) : ConnectionHandler
{
    private const long From1900To1970 = 2_208_988_800;

    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        var answer = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(answer, unchecked((uint)(time.GetUtcNow().ToUnixTimeSeconds() + From1900To1970)));
        await TcpConnection.Of(connection).SendAsync(answer);
    }
}
