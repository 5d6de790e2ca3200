namespace EchoService.Benchmarks;

/// <summary>A program that a contender drives is not installed.</summary>
internal sealed class ToolMissingException(string message) : Exception(message);
