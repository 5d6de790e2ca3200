using System.Reflection;
using EchoService.Downloads.Store;

namespace EchoService.Tests.Downloads;

/// <summary>A store whose first claim fails in a way of its own.</summary>
public class FirstClaimFails : DispatchProxy, IDisposable
{
    private readonly TaskCompletionSource _again = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IDownloadStore _store = null!;
    private int _claims;

    public Task ClaimedAgain => _again.Task;

    internal static IDownloadStore Of(IDownloadStore store)
    {
        var proxy = Create<IDownloadStore, FirstClaimFails>();
        ((FirstClaimFails)proxy)._store = store;
        return proxy;
    }

    public void Dispose()
    {
        (_store as IDisposable)?.Dispose();
        GC.SuppressFinalize(this);
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        if (targetMethod!.Name == nameof(IDownloadStore.ClaimAsync))
        {
            if (++_claims == 1)
            {
                throw new InvalidOperationException("For this test.");
            }

            _again.TrySetResult();
        }

        return targetMethod.Invoke(_store, args);
    }
}
