using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace EchoService.Tests.Testing;

/// <summary>Answers questions for names (RFC 1035) over UDP as the test says: the n-th question for a name's IPv4 addresses may get another answer than the first.</summary>
internal sealed class NameServer : IAsyncDisposable
{
    private const int HeaderBytes = 12;
    private const ushort AddressRecord = 1; // A

    private readonly UdpClient _socket;
    private readonly Func<string, int, IReadOnlyList<string>> _answer;
    private readonly ConcurrentDictionary<string, int> _asked = new(StringComparer.OrdinalIgnoreCase);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;

    private NameServer(UdpClient socket, Func<string, int, IReadOnlyList<string>> answer)
    {
        (_socket, _answer) = (socket, answer);
        _serving = ServeAsync();
    }

    /// <summary>Listens on 127.0.0.1, port 53, of that network.</summary>
    /// <param name="answer">The IPv4 addresses for a name and the number of the question (from 1); none: there is no such name.</param>
    public static async Task<NameServer> StartAsync(NetworkNamespace network, Func<string, int, IReadOnlyList<string>> answer) =>
        new(await network.WithinAsync(() => new UdpClient(new IPEndPoint(IPAddress.Loopback, 53))), answer);

    /// <summary>How often a name's IPv4 addresses were asked for.</summary>
    public int Asked(string name) => _asked.GetValueOrDefault(name);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _serving;
        _socket.Dispose();
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                var question = await _socket.ReceiveAsync(_stop.Token);
                await _socket.SendAsync(Reply(question.Buffer), question.RemoteEndPoint, _stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private byte[] Reply(byte[] question)
    {
        var labels = new List<string>();
        var at = HeaderBytes;
        for (int length; (length = question[at]) > 0; at += length + 1)
        {
            labels.Add(Encoding.ASCII.GetString(question, at + 1, length));
        }

        var name = string.Join('.', labels);
        var end = at + 5; // the root label, type and class
        var wantsAddress = BinaryPrimitives.ReadUInt16BigEndian(question.AsSpan(at + 1)) == AddressRecord;
        var known = _answer(name, wantsAddress ? _asked.AddOrUpdate(name, 1, (_, n) => n + 1) : 1);
        return Write(question.AsSpan(0, end), known.Count > 0, wantsAddress ? known : []);
    }

    private static byte[] Write(ReadOnlySpan<byte> question, bool exists, IReadOnlyList<string> addresses)
    {
        var reply = question.ToArray().ToList();
        (reply[2], reply[3]) = (0x84, (byte)(exists ? 0x00 : 0x03)); // an authoritative answer; 3: there is no such name
        (reply[6], reply[7]) = (0, (byte)addresses.Count);
        (reply[10], reply[11]) = (0, 0); // no additional record: the question's own is left out
        foreach (var address in addresses)
        {
            // A pointer to the name in the question, type A, class IN, no time to live, four bytes.
            reply.AddRange([0xC0, HeaderBytes, 0, (byte)AddressRecord, 0, 1, 0, 0, 0, 0, 0, 4, .. IPAddress.Parse(address).GetAddressBytes()]);
        }

        return [.. reply];
    }
}
