using System.Text;
using Microsoft.Extensions.Options;

namespace EchoService.Tcp;

/// <summary>Every failure is one line that names the key in full, and the remedy.</summary>
internal sealed class TcpOptionsValidator : IValidateOptions<TcpOptions>
{
    private const double LongestSeconds = 31_536_000; // a year

    /// <summary>Routes of their own under <c>/tcp</c>, where a channel's WebSocket has its name.</summary>
    private static readonly string[] ReservedNames = ["channels", "connections"];

    public ValidateOptionsResult Validate(string? name, TcpOptions options)
    {
        var failures = new List<string>();
        Limits(TcpOptions.Section, options.Limits, failures);
        Timeouts(TcpOptions.Section, options.Timeouts, failures);
        foreach (var (channelName, channel) in options.Channels)
        {
            Channel(channelName, channel, failures);
        }

        Ports(options, failures);
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static void Channel(string name, ChannelOptions channel, List<string> failures)
    {
        var key = $"{TcpOptions.Section}:Channels:{name}";
        if (ReservedNames.Contains(name, StringComparer.OrdinalIgnoreCase))
        {
            failures.Add($"{key} must have another name: /tcp/{name} is a route of its own");
        }

        Check(name.Length <= 64 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'), key, "must have a name of at most 64 letters, digits, '-' and '_'", failures);
        Check(channel.Port is not null, $"{key}:Port", "is missing: give a port from 1 to 65535, or 0 for a free one", failures);
        Check(channel.Port is null or (>= 0 and <= 65535), $"{key}:Port", "must be between 0 and 65535", failures);
        Check(ListenAddress.Parse(channel.Address).Count > 0, $"{key}:Address", "must be localhost, * or an IP address", failures);
        Defined(channel.Kind, $"{key}:Kind", failures);
        Defined(channel.Unit, $"{key}:Unit", failures);
        Check(Encoding.UTF8.GetByteCount(channel.ReplyPrefix) <= 16384, $"{key}:ReplyPrefix", "must have at most 16384 bytes", failures);
        Check(channel.MaxLines >= 0, $"{key}:MaxLines", "must be 0 or more", failures);
        Close($"{key}:Close", channel, failures);
        Limits(key, channel.Limits, failures);
        Timeouts(key, channel.Timeouts, failures);
    }

    private static void Close(string key, ChannelOptions channel, List<string> failures)
    {
        Defined(channel.Close.After, $"{key}:After", failures);
        Defined(channel.Close.With, $"{key}:With", failures);
        Check(channel.Close.Seconds is > 0 and <= LongestSeconds, $"{key}:Seconds", $"must be more than 0 and at most {LongestSeconds}", failures);
        Check(channel.Close.Count >= 1, $"{key}:Count", "must be at least 1", failures);
        Check(channel.Close.After != CloseAfter.Replies || ChannelKinds.CountsReplies(channel.Kind), $"{key}:After", $"must not be Replies: {channel.Kind} does not count replies", failures);
    }

    private static void Limits(string section, LimitOptions limits, List<string> failures)
    {
        var key = $"{section}:Limits";
        NotNegative(limits.MaxConnections, $"{key}:MaxConnections", failures);
        NotNegative(limits.PerAddress, $"{key}:PerAddress", failures);
        NotNegative(limits.AcceptsPerSecond, $"{key}:AcceptsPerSecond", failures);
        Seconds(limits.LingerSeconds, $"{key}:LingerSeconds", failures);
        NotNegative(limits.LingerBytes, $"{key}:LingerBytes", failures);
    }

    private static void Timeouts(string section, TimeoutOptions timeouts, List<string> failures)
    {
        var key = $"{section}:Timeouts";
        Seconds(timeouts.HandshakeSeconds, $"{key}:HandshakeSeconds", failures);
        Seconds(timeouts.FirstByteSeconds, $"{key}:FirstByteSeconds", failures);
        Seconds(timeouts.IdleSeconds, $"{key}:IdleSeconds", failures);
        Seconds(timeouts.WriteStallSeconds, $"{key}:WriteStallSeconds", failures);
        Seconds(timeouts.LifetimeSeconds, $"{key}:LifetimeSeconds", failures);
    }

    private static void Ports(TcpOptions options, List<string> failures)
    {
        var seen = new List<(string Name, ChannelOptions Channel)>();
        foreach (var (name, channel) in options.Channels.Where(c => c.Value is { Enabled: true, Port: > 0 }))
        {
            var (other, _) = seen.Find(s => s.Channel.Port == channel.Port && ListenAddress.Overlap(s.Channel.Address, channel.Address));
            Check(other is null, $"{TcpOptions.Section}:Channels:{name}:Port", $"must not be {channel.Port}: channel {other} has it", failures);
            seen.Add((name, channel));
        }
    }

    private static void Defined<T>(T value, string key, List<string> failures)
        where T : struct, Enum =>
        Check(Enum.IsDefined(value), key, $"must be one of {string.Join(", ", Enum.GetNames<T>())}", failures);

    private static void NotNegative(long? value, string key, List<string> failures) =>
        Check(value is null or >= 0, key, "must be 0 (off) or more", failures);

    private static void Seconds(double? value, string key, List<string> failures) =>
        Check(value is null or (>= 0 and <= LongestSeconds), key, $"must be between 0 (off) and {LongestSeconds}", failures);

    private static void Check(bool holds, string key, string demand, List<string> failures)
    {
        if (!holds)
        {
            failures.Add($"{key} {demand}");
        }
    }
}
