using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Options;

namespace EchoService.Lab;

internal static class LabExtensions
{
    /// <summary>To be called before HTTP's own listener: test clients take the last address.</summary>
    public static void AddLab(this IServiceCollection services)
    {
        services.AddOptions<LabOptions>()
            .BindConfiguration(LabOptions.Section, binder => binder.ErrorOnUnknownConfiguration = true)
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<LabOptions>, LabOptionsValidator>();
        services.AddSingleton<LabServers>();
        services.AddSingleton<IConnectionListenerFactory, LabTransport>();
        services.AddSingleton<IConfigureOptions<KestrelServerOptions>, LabListeners>();
    }

    /// <summary>Before everything else: what comes in on a port of the lab sees the lab alone, and nothing of the lab is seen elsewhere.</summary>
    public static void UseLab(this WebApplication app)
    {
        var sites = app.Services.GetRequiredService<LabServers>().All.ToDictionary(server => server, server => Site(app, server));
        if (sites.Count > 0)
        {
            app.Use((context, next) => context.Features.Get<LabServer>() is { } server ? sites[server](context) : next(context));
        }
    }

    private static RequestDelegate Site(WebApplication app, LabServer server)
    {
        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("EchoService.Lab");
        var site = ((IApplicationBuilder)app).New();
        site.Use(next => new HttpFaults(next, server, logger).InvokeAsync);
        site.Use((context, next) =>
        {
            context.SetEndpoint(null); // a route of ours may have the same path
            return next(context);
        });
        site.UseStaticFiles(new StaticFileOptions
        {
            FileProvider = new PhysicalFileProvider(Path.GetFullPath(Path.Combine(app.Environment.ContentRootPath, server.Options.Root!))),
            ServeUnknownFileTypes = true,
        });
        site.Run(context =>
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return context.Response.WriteAsync("There is no such file.\n");
        });
        return site.Build();
    }
}
