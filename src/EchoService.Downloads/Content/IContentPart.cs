namespace EchoService.Downloads.Content;

/// <summary>A file on its way in: hashed as it is written, invisible until it is committed and placed. Disposing of it keeps what is there.</summary>
internal interface IContentPart : IDisposable
{
    /// <summary>Of the attempt that began it: part of its name.</summary>
    long Token { get; }

    long Length { get; }

    /// <summary>Of all that was written, 64 lower-case hexadecimal digits. Ends the writing.</summary>
    string Sha256 { get; }

    /// <summary>Whether a later attempt can go on with it.</summary>
    bool CanBeKept { get; }

    /// <summary>Appends.</summary>
    ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);

    /// <summary>Makes what is written so far durable, beside the writing.</summary>
    Task FlushAsync();

    /// <summary>It is whole, and it will be reported as saved.</summary>
    Task CompleteAsync(CancellationToken cancellationToken);

    /// <summary>Closes and removes it, as far as that is possible now.</summary>
    Task DiscardAsync();
}
