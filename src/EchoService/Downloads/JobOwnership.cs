using EchoService.Auth;
using EchoService.Downloads.Store;
using EchoService.Http;

namespace EchoService.Downloads;

/// <summary>
/// A job is there for the key that posted it; for every other key there is no such job. Stands before every route below
/// <c>/downloads/{id}</c>, so that no handler can forget it. Nobody's jobs, posted while there were no keys, are everybody's.
/// </summary>
internal static class JobOwnership
{
    public static async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        context.HttpContext.User.Owner() is { } owner
            && context.HttpContext.GetRouteValue("id") is string id
            && !await IsThereAsync(context.HttpContext.RequestServices.GetRequiredService<IDownloadStore>(), id, owner, context.HttpContext.RequestAborted)
                ? Problem.NotFound("There is no such job.")
                : await next(context);

    private static async Task<bool> IsThereAsync(IDownloadStore store, string id, string owner, CancellationToken cancellationToken) =>
        await store.FindJobAsync(id, cancellationToken) is { } job && (job.Owner is null || job.Owner == owner);
}
