using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace EchoService.Configuration;

/// <summary>Section <c>Shutdown</c>.</summary>
internal sealed class ShutdownOptions
{
    public const string Section = "Shutdown";

    /// <summary>Seconds from SIGTERM or Ctrl+C until what still runs is cut off. Below the 30 s that Kubernetes waits before it kills.</summary>
    [Range(0.0, 3600.0)] // doubles: whole numbers would turn the value into one first, and fail on a large one
    public double Timeout { get; set; } = 20;
}

[OptionsValidator]
internal sealed partial class ShutdownOptionsValidator : IValidateOptions<ShutdownOptions>;

internal static class ShutdownExtensions
{
    public static void AddShutdown(this IServiceCollection services)
    {
        services.AddOptions<ShutdownOptions>()
            .BindConfiguration(ShutdownOptions.Section, binder => binder.ErrorOnUnknownConfiguration = true)
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<ShutdownOptions>, ShutdownOptionsValidator>();
        services.AddOptions<HostOptions>().Configure<IOptions<ShutdownOptions>>(
            (host, shutdown) => host.ShutdownTimeout = TimeSpan.FromSeconds(shutdown.Value.Timeout));
    }
}
