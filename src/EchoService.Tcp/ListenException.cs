namespace EchoService.Tcp;

/// <summary>A port cannot be had. The message is one line that names who wanted it, address and port; the service exits with code 3.</summary>
public sealed class ListenException(string message, Exception? inner = null) : Exception(message, inner);
