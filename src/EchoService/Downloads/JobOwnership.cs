using EchoService.Auth;
using EchoService.Downloads.Store;
using EchoService.Http;

namespace EchoService.Downloads;

/// <summary>
/// A job is there for the key that posted it; for every other key there is no such job. Stands before every route below
/// <c>/downloads/{id}</c>, so that no handler can forget it. Nobody's jobs, posted while there were no keys, are everybody's.
/// </summary>
internal sealed class JobOwnership(SqliteDownloadStore store) : IEndpointFilter
{
    public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        context.HttpContext.User.Owner() is { } owner
            && context.HttpContext.GetRouteValue("id") is string id
            && !IsThere(id, owner)
                ? ValueTask.FromResult<object?>(Problem.NotFound("There is no such job."))
                : next(context);

    private bool IsThere(string id, string owner) => store.FindJob(id) is { } job && (job.Owner is null || job.Owner == owner);
}
