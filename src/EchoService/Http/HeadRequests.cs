namespace EchoService.Http;

/// <summary>
/// Answers HEAD wherever GET is answered (RFC 9110, 9.3.2; <c>curl -I</c>): routing sees a GET, so that no route need name both, and the
/// endpoint sees a HEAD again. Kestrel sends no body for it.
/// </summary>
internal static class HeadRequests
{
    private static readonly object s_head = new();

    public static void UseRoutingWithHead(this WebApplication app)
    {
        app.Use((context, next) =>
        {
            if (HttpMethods.IsHead(context.Request.Method))
            {
                context.Items[s_head] = true;
                context.Request.Method = HttpMethods.Get;
            }

            return next(context);
        });
        app.UseRouting();
        app.Use((context, next) =>
        {
            if (context.Items.ContainsKey(s_head))
            {
                context.Request.Method = HttpMethods.Head;
            }

            return next(context);
        });
    }
}
