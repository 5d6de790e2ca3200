using System.CommandLine;
using EchoService.Benchmarks;

var root = new RootCommand("Measures EchoService against its peers. Each comparison starts and stops what it needs, on free loopback ports.")
{
    CompareCommand.Create(),
    MicroCommand.Create(),
    MinimalHost.Create(),
    KestrelEcho.Create(),
};
return await root.Parse(args).InvokeAsync();
