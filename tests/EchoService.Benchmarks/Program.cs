using EchoService.Benchmarks;

// Each benchmark starts the service and its peers itself, on free ports of the loopback address, and ends them.
return args switch
{
    ["downloads", .. var rest] => await DownloadsBenchmark.RunAsync(rest),
    ["echo", .. var rest] => await EchoBenchmark.RunAsync(rest),
    ["idle", .. var rest] => await IdleBenchmark.RunAsync(rest),
    ["characters"] => CharactersBenchmark.Run(),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine(
        """
        usage: EchoService.Benchmarks downloads [ITEMS] [DELAY_MS]   concurrent against sequential, from an origin that answers late
               EchoService.Benchmarks echo [CONNECTIONS] [SECONDS]   messages a second and bytes allocated a message, for each way to echo
               EchoService.Benchmarks idle [CONNECTIONS]             resident bytes a connection that is idle
               EchoService.Benchmarks characters                     loading the index, and a page of small and huge results
        """);
    return 2;
}
