namespace EchoService.Downloads.Fetching;

/// <summary>Carries an error that is already in the item's terms through the HTTP stack's own exceptions.</summary>
internal sealed class FetchException(FetchError error, Exception? inner = null) : IOException(error.Message, inner)
{
    public FetchError Error => error;
}
