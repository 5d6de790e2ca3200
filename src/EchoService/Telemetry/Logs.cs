using System.Globalization;
using EchoService.Configuration;
using Serilog;
using Serilog.Configuration;
using Serilog.Core;
using Serilog.Events;
using Serilog.Extensions.Logging;
using Serilog.Settings.Configuration;

namespace EchoService.Telemetry;

/// <summary>
/// All of Serilog's wiring. Levels are Serilog's own (<c>Serilog:MinimumLevel:Default</c>, <c>Serilog:MinimumLevel:Override:EchoService.Tcp</c>);
/// what the framework's <c>Logging:LogLevel</c> holds back comes to none of them.
/// <c>Logging:Console:FormatterName</c> = <c>Json</c> (the container image sets it) writes a JSON object a line instead of text.
/// </summary>
internal static class Logs
{
    private const string Text = "{Timestamp:HH:mm:ss.fff} {Level:u3} {Message:lj}{NewLine}{Exception}";

    public static void AddLogs(this WebApplicationBuilder builder)
    {
        builder.Logging.SetMinimumLevel(LogLevel.Trace).AddConfiguration(builder.Configuration.GetSection("Logging"));
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

        // On a thread of its own, so that a terminal or pipe that nobody reads holds up no connection; what it cannot keep is dropped.
        logger.WriteTo.Async(sink => WriteToConsole(sink, configuration), bufferSize: 10_000);

        try
        {
            return logger.ReadFrom.Configuration(configuration, Reading(configuration)).CreateLogger();
        }
        catch (Exception wrong) when (wrong is InvalidOperationException or ArgumentException or FormatException)
        {
            throw new ConfigurationException($"Serilog cannot be set up: {wrong.Message.ReplaceLineEndings(" ")} Mend that key of section Serilog", wrong);
        }
    }

    /// <summary>By itself the reader looks for sinks in all assemblies, a quarter of the start: only where the configuration names assemblies of its own.</summary>
    private static ConfigurationReaderOptions Reading(IConfiguration configuration) => configuration.GetSection("Serilog:Using").GetChildren().Any()
        ? new()
        : new(typeof(Logger).Assembly, typeof(ConsoleLoggerConfigurationExtensions).Assembly, typeof(LoggerConfigurationAsyncExtensions).Assembly);

    private static void WriteToConsole(LoggerSinkConfiguration sink, IConfiguration configuration)
    {
        if (configuration["Logging:Console:FormatterName"]?.Equals("Json", StringComparison.OrdinalIgnoreCase) == true)
        {
            sink.Console(new JsonLines());
        }
        else
        {
            sink.Console(outputTemplate: Text, formatProvider: CultureInfo.InvariantCulture);
        }
    }
}
