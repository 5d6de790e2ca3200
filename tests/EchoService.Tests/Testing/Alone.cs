namespace EchoService.Tests.Testing;

/// <summary>The collection of the tests beside which nothing else may run: they measure the machine, or change what the whole process has.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
