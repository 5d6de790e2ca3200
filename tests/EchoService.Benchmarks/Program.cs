using System.CommandLine;
using EchoService.Benchmarks;

var root = new RootCommand("Measures EchoService against its peers. Each comparison starts and stops what it needs, on free loopback ports.")
{
    CompareCommand.Create(),
    MicroCommand.Create(),
    MinimalHost.Create(),
    KestrelEcho.Create(),
};

// Told to stop, it takes the time to stop what it has started.
return await root.Parse(args).InvokeAsync(new() { ProcessTerminationTimeout = TimeSpan.FromMinutes(1) });
