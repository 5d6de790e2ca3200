using EchoService.Tcp.Faults;
using Microsoft.Extensions.Options;

namespace EchoService.Lab;

/// <summary>A lab server while the service runs. A feature of its connections, by which its requests are known.</summary>
internal sealed class LabServer(string name, LabServerOptions options)
{
    public string Name { get; } = name;

    public LabServerOptions Options { get; } = options;

    /// <summary>Named so that no channel has the same label.</summary>
    public ChannelFaults Faults { get; } = new($"lab:{name}", options.Faults);

    /// <summary>The faults that are drawn for each request.</summary>
    public FaultList HttpFaults { get; } = new([.. options.Faults.Where(fault => FaultRules.IsHttp(fault.Type!.Value))]);

    /// <summary>Once it listens.</summary>
    public int Port { get; set; }
}

internal sealed class LabServers(IOptions<LabOptions> options)
{
    public IReadOnlyList<LabServer> All { get; } = [.. options.Value.Servers.Select(server => new LabServer(server.Key, server.Value))];
}
