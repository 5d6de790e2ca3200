using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace EchoService.Auth;

/// <summary>
/// Signed-in browsers. A session's token is its own and only its digest is kept; the session ends with its time, its key or this process,
/// and when its key has signed in <see cref="PerName"/> times since.
/// </summary>
internal sealed class Sessions(KeyRing keys, TimeProvider time)
{
    /// <summary>Browsers of one key's name at once: a team's, and few enough to hold no memory.</summary>
    internal const int PerName = 100;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Session> _sessions = new(StringComparer.Ordinal);

    /// <returns>The token, for the browser alone.</returns>
    public (string Token, Session Session) Begin(ApiKey key)
    {
        var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        var now = time.GetUtcNow();
        var session = new Session(key, now + keys.SessionLifetime);
        lock (_lock)
        {
            Remove(entry => !entry.Value.IsAlive(now));
            var own = _sessions.Where(entry => entry.Value.Key.Name == key.Name).OrderBy(entry => entry.Value.ExpiresAt).ToList();
            foreach (var (oldest, _) in own.Take(own.Count - PerName + 1))
            {
                _sessions.Remove(oldest);
            }

            _sessions.Add(Digest(token), session);
        }

        return (token, session);
    }

    /// <summary>Null: there is no such session, or none any more.</summary>
    public Session? Find(string token)
    {
        lock (_lock)
        {
            return _sessions.TryGetValue(Digest(token), out var session) && session.IsAlive(time.GetUtcNow()) ? session : null;
        }
    }

    public void End(string token)
    {
        lock (_lock)
        {
            _sessions.Remove(Digest(token));
        }
    }

    private static string Digest(string token) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    private void Remove(Func<KeyValuePair<string, Session>, bool> chosen)
    {
        foreach (var (token, _) in _sessions.Where(chosen).ToList())
        {
            _sessions.Remove(token);
        }
    }
}

internal sealed record Session(ApiKey Key, DateTimeOffset ExpiresAt)
{
    public bool IsAlive(DateTimeOffset now) => now < ExpiresAt && !Key.Revoked.IsCancellationRequested;
}
