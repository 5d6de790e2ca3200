namespace EchoService.Downloads;

/// <summary>The data folder cannot be had. The message is one line that says why and what to do; the service exits with code 3.</summary>
public sealed class DataFolderException(string message, Exception? inner = null) : Exception(message, inner);
