using System.Security.Cryptography;
using Amazon.S3.Model;

namespace EchoService.Downloads.Content.S3;

/// <summary>
/// An object on its way in, hashed as it is written. Its bytes gather in a small file until they make a part of a multipart upload, so that a
/// large body takes neither memory nor much disk; a small one is put whole. The object is there once it is complete, but no row names it yet.
/// </summary>
internal sealed class S3Part(S3Objects objects, string key, long token, FileStream spool) : IContentPart
{
    /// <summary>S3 takes 10,000 parts of 5 MiB at least: this allows objects of 80 GB.</summary>
    private const int PartBytes = 8 << 20;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly List<PartETag> _parts = [];
    private string? _upload;
    private string? _sha256;
    private bool _complete;

    public long Token => token;

    public long Length { get; private set; }

    public string Sha256 => _sha256 ??= Convert.ToHexStringLower(_hash.GetHashAndReset());

    /// <summary>What of an upload is there is not bytes that could be read and hashed again.</summary>
    public bool CanBeKept => false;

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        // The write goes to the page cache: on a file there is no asynchronous write to be had on Linux.
        cancellationToken.ThrowIfCancellationRequested();
        spool.Write(bytes.Span);
        _hash.AppendData(bytes.Span);
        Length += bytes.Length;
        if (spool.Position >= PartBytes)
        {
            await UploadAsync(cancellationToken);
        }
    }

    public Task FlushAsync() => Task.CompletedTask;

    /// <exception cref="IOException">It is not there as it was sent.</exception>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        if (_upload is null)
        {
            await objects.PutAsync(key, FromStart(), cancellationToken);
        }
        else
        {
            if (spool.Position > 0)
            {
                await UploadAsync(cancellationToken);
            }

            await objects.CompleteAsync(key, _upload, _parts, cancellationToken);
        }

        _complete = true;
        if (await objects.LengthAsync(key, cancellationToken) is var length && length != Length)
        {
            throw new IOException($"The S3 server has {length} bytes of an object of {Length}.");
        }
    }

    public async Task DiscardAsync()
    {
        Dispose();
        try
        {
            if (_complete)
            {
                await objects.DeleteAsync(key, CancellationToken.None);
            }
            else if (_upload is not null)
            {
                await objects.AbortAsync(key, _upload, CancellationToken.None);
            }
        }
        catch (IOException)
        {
            // No row names it: nobody reads it, and the sweep finds it.
        }
    }

    public void Dispose()
    {
        spool.Dispose();
        _hash.Dispose();
    }

    private async Task UploadAsync(CancellationToken cancellationToken)
    {
        _upload ??= await objects.BeginAsync(key, cancellationToken);
        _parts.Add(await objects.PutPartAsync(key, _upload, _parts.Count + 1, FromStart(), cancellationToken));
        spool.Position = 0;
        spool.SetLength(0);
    }

    private FileStream FromStart()
    {
        spool.Flush();
        spool.Position = 0;
        return spool;
    }
}
