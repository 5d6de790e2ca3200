namespace EchoService.Benchmarks;

/// <summary>One of those that a <see cref="Work"/> compares: started once, measured in turns with the others, stopped by disposal.</summary>
internal interface IContender : IAsyncDisposable
{
    /// <summary>Its row in the table.</summary>
    string Name { get; }

    /// <summary>Rounds that it takes part in at most: for one whose every run is long and the same.</summary>
    int MostRounds => int.MaxValue;

    /// <summary>Starts what the runs need and warms it up.</summary>
    /// <exception cref="ToolMissingException">A program that it drives is not installed: the others are compared without it.</exception>
    Task StartAsync();

    /// <summary>One measured run.</summary>
    Task<Sample> RunAsync();
}
