using EchoService.Auth;
using EchoService.Characters;
using EchoService.Configuration;
using EchoService.Downloads;
using EchoService.Health;
using EchoService.Http;
using EchoService.Lab;
using EchoService.Pages;
using EchoService.Tcp;
using EchoService.Telemetry;

if (CommandLine.Answers(args))
{
    return ExitCode.Stopped;
}

try
{
    CommandLine.Check(args);
    var builder = ServiceBuilder.Create(args);
    builder.Configuration.CheckConfiguration();

    builder.AddLogs();
    builder.Services.AddSingleton(TimeProvider.System);
    builder.Services.AddTelemetry();
    builder.Services.AddShutdown();
    builder.Services.AddHealth();
    builder.Services.AddAuth();
    builder.Services.AddTcp();
    builder.Services.AddDownloadsApi();
    builder.Services.AddLab();
    builder.AddHttpDoor();

    var app = builder.Build();

    app.UseLab();
    app.UseRequestSpans();
    app.UseHttpDoor();
    app.UseAuth();
    app.UseWebSockets();
    app.MapApiDescription();
    app.MapSession();
    app.MapHealth();
    app.MapMetrics();
    app.MapDownloads();
    app.MapHello();
    app.MapTcp();
    app.MapCharacters();
    app.MapPages();

    return await app.RunToTheEndAsync();
}
catch (Exception failure)
{
    return StartFailure.Report(failure);
}

public partial class Program;
