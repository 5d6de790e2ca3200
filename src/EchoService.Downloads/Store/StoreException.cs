namespace EchoService.Downloads.Store;

/// <summary>The database cannot be read or written now. Nothing was changed; what was asked for may be asked for again.</summary>
internal sealed class StoreException(string message, Exception? inner = null) : Exception(message, inner);
