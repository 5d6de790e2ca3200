using EchoService.Configuration;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace EchoService.Auth;

/// <summary>
/// The keys as the configuration has them now. A reload that cannot be used, or that has no keys where there were some, changes nothing: a
/// half-written file must not open the service.
/// </summary>
/// <remarks>
/// Made by the options' factory and not by their monitor: a monitor that meets a bad value throws where nobody can tell the reason.
/// </remarks>
internal sealed class KeyRing : IDisposable
{
    private readonly IOptionsFactory<AuthOptions> _factory;
    private readonly IConfiguration _configuration;
    private readonly ILogger<KeyRing> _log;
    private readonly Lock _reloading = new();
    private readonly IDisposable _watch;
    private volatile State _state;

    public KeyRing(IOptionsFactory<AuthOptions> factory, IConfiguration configuration, ILogger<KeyRing> log)
    {
        (_factory, _configuration, _log) = (factory, configuration, log);
        _state = Read([]);
        _watch = ChangeToken.OnChange(configuration.GetReloadToken, Reload);
    }

    /// <summary>There are no keys: everybody may do everything.</summary>
    public bool IsOpen => _state.Keys.Count == 0;

    public bool ProtectsMetrics => _state.Options.ProtectMetrics;

    public TimeSpan SessionLifetime => TimeSpan.FromMinutes(_state.Options.SessionMinutes);

    /// <summary>The key with this text; null: there is none. All keys are compared, so that the time tells nothing.</summary>
    public ApiKey? Find(string text)
    {
        if (ApiKey.DigestOf(text) is not { } digest)
        {
            return null;
        }

        ApiKey? found = null;
        foreach (var key in _state.Keys)
        {
            found = key.Is(digest) ? key : found;
        }

        return found;
    }

    public void Dispose() => _watch.Dispose();

    private void Reload()
    {
        lock (_reloading)
        {
            var before = _state;
            State next;
            try
            {
                _configuration.CheckConfiguration();
                next = Read(before.Keys);
            }
            catch (Exception wrong) when (wrong is ConfigurationException or OptionsValidationException)
            {
                _log.KeysKept(wrong is OptionsValidationException invalid ? OptionKeys.InFull(invalid.Failures.First()) : wrong.Message);
                return;
            }

            // Not for a moment: whoever asks in it would be let in.
            if (next.Keys.Count == 0 && before.Keys.Count > 0)
            {
                _log.KeysKept("there is no key any more; if the service shall be open, start it again");
                return;
            }

            _state = next;
            Tell(before);
        }
    }

    private void Tell(State before)
    {
        var gone = before.Keys.Except(_state.Keys).ToList();
        gone.ForEach(key => key.Dispose());
        if (gone.Count > 0 || _state.Keys.Count != before.Keys.Count)
        {
            _log.KeysReloaded(_state.Keys.Count, _state.Keys.Except(before.Keys).Count(), gone.Count);
        }
    }

    /// <summary>Keys that stay as they are stay the same objects: what hangs on them goes on.</summary>
    private State Read(IReadOnlyList<ApiKey> before)
    {
        var options = _factory.Create(Options.DefaultName);
        var keys = options.ApiKeys.Select(key => new ApiKey(key)).Select(key => before.FirstOrDefault(key.Grants) ?? key);
        return new State(options, [.. keys]);
    }

    private sealed record State(AuthOptions Options, IReadOnlyList<ApiKey> Keys);
}
