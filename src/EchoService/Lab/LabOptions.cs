using EchoService.Tcp.Faults;

namespace EchoService.Lab;

/// <summary>Section <c>Lab</c>: servers of static files that misbehave as told. Without it nothing of the lab runs.</summary>
internal sealed class LabOptions
{
    public const string Section = "Lab";

    public Dictionary<string, LabServerOptions> Servers { get; } = new(StringComparer.OrdinalIgnoreCase);
}

/// <summary>Section <c>Lab:Servers:&lt;name&gt;</c>.</summary>
internal sealed class LabServerOptions
{
    /// <summary><c>localhost</c> (both loopbacks), <c>*</c> (any) or an IP address.</summary>
    public string Address { get; set; } = "localhost";

    /// <summary>0 asks for a free one.</summary>
    public int? Port { get; set; }

    /// <summary>The folder to serve, from where appsettings.json lies.</summary>
    public string? Root { get; set; }

    /// <summary>As a channel's, and <c>HttpError</c> and <c>Truncate</c>.</summary>
    public IList<FaultOptions> Faults { get; } = [];
}
