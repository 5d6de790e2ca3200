using System.Reflection;
using EchoService.Downloads.Store;

namespace EchoService.Tests.Downloads;

/// <summary>A store some of whose calls the test answers, or fails, in its place.</summary>
public class StoreWithFaults : DispatchProxy, IDisposable
{
    private IDownloadStore _store = null!;
    private Func<string, object?> _instead = null!;

    /// <param name="instead">Gets the called member's name; null: the store answers.</param>
    internal static IDownloadStore Of(IDownloadStore store, Func<string, object?> instead)
    {
        var proxy = Create<IDownloadStore, StoreWithFaults>();
        (((StoreWithFaults)proxy)._store, ((StoreWithFaults)proxy)._instead) = (store, instead);
        return proxy;
    }

    public void Dispose()
    {
        (_store as IDisposable)?.Dispose();
        GC.SuppressFinalize(this);
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => _instead(targetMethod!.Name) ?? targetMethod.Invoke(_store, args);
}
