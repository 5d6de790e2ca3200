using EchoService.Downloads;
using EchoService.Http;
using EchoService.Tcp;

var builder = WebApplication.CreateBuilder(args);

builder.Services.AddSingleton(TimeProvider.System);
builder.Services.AddTcpChannels();
builder.Services.AddDownloads();
builder.Services.AddHttpDoor();

var app = builder.Build();

app.MapHello();

await app.RunAsync();

public partial class Program;
