using System.Globalization;
using EchoService.Configuration;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Extensions.Logging;

namespace EchoService.Telemetry;

/// <summary>
/// All of Serilog's wiring. Levels are Serilog's own (<c>Serilog:MinimumLevel:Default</c>, <c>Serilog:MinimumLevel:Override:EchoService.Tcp</c>).
/// <c>Logging:Console:FormatterName</c> = <c>Json</c> (the container image sets it) writes a JSON object a line instead of text.
/// </summary>
internal static class Logs
{
    private const string Text = "{Timestamp:HH:mm:ss.fff} {Level:u3} {Message:lj}{NewLine}{Exception}";

    public static void AddLogs(this WebApplicationBuilder builder)
    {
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Trace); // Serilog's levels decide
        builder.Services.AddSingleton<ILoggerProvider>(services =>
            new SerilogLoggerProvider(Create(services.GetRequiredService<IConfiguration>()), dispose: true));
    }

    private static Logger Create(IConfiguration configuration)
    {
        var logger = new LoggerConfiguration()
            .MinimumLevel.Information()
            .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
            .MinimumLevel.Override("System", LogEventLevel.Warning)
            .Filter.ByExcluding(static line => line.MessageTemplate.Text == "Hosting failed to start") // StartFailure says it in one line
            .Enrich.FromLogContext();
        if (configuration["Logging:Console:FormatterName"]?.Equals("Json", StringComparison.OrdinalIgnoreCase) == true)
        {
            logger.WriteTo.Console(new JsonLines());
        }
        else
        {
            logger.WriteTo.Console(outputTemplate: Text, formatProvider: CultureInfo.InvariantCulture);
        }

        try
        {
            return logger.ReadFrom.Configuration(configuration).CreateLogger();
        }
        catch (Exception wrong) when (wrong is InvalidOperationException or ArgumentException or FormatException)
        {
            throw new ConfigurationException($"Serilog cannot be set up: {wrong.Message.ReplaceLineEndings(" ")} Mend that key of section Serilog", wrong);
        }
    }
}
