using EchoService.Cli;

return await CommandLine.RunAsync(args);
