namespace EchoService.Configuration;

/// <summary>The configuration cannot be used. The message is one line that names the key and the remedy.</summary>
internal sealed class ConfigurationException(string message, Exception? inner = null) : Exception(message, inner);
