using System.ComponentModel.DataAnnotations;

namespace EchoService.Auth;

/// <summary>Section <c>Auth</c>. Read again when a configuration file changes.</summary>
internal sealed class AuthOptions
{
    public const string Section = "Auth";

    /// <summary>Who may ask for what. None: everybody for everything.</summary>
    public IList<ApiKeyOptions> ApiKeys { get; set; } = [];

    /// <summary>Whether <c>/metrics</c> too asks for a key; any key will do.</summary>
    public bool ProtectMetrics { get; set; }

    /// <summary>How long a browser's session lasts, in minutes. A working day, so that nobody signs in twice in one.</summary>
    [Range(1, 525_600)]
    public int SessionMinutes { get; set; } = 720;
}

/// <summary>Section <c>Auth:ApiKeys:&lt;n&gt;</c>.</summary>
internal sealed class ApiKeyOptions
{
    /// <summary>Whose key it is, and whose the jobs are that are posted with it. Several keys may have one name: so a key is exchanged for a new one.</summary>
    public string Name { get; set; } = "";

    /// <summary>SHA-256 of the key's bytes, 64 hexadecimal digits.</summary>
    public string Sha256 { get; set; } = "";

    /// <summary>What it may do: see <see cref="Scope"/>.</summary>
    public IList<string> Scopes { get; set; } = [];
}
