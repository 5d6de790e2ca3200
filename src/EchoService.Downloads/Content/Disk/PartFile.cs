using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace EchoService.Downloads.Content.Disk;

/// <summary>A file on its way in: named by item and token, hashed as it is written, invisible until it is placed.</summary>
internal sealed class PartFile : IContentPart
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private string? _sha256;

    private PartFile(string path, long token, SafeFileHandle handle)
    {
        Path = path;
        Token = token;
        Handle = handle;
    }

    public string Path { get; }

    public long Token { get; }

    public SafeFileHandle Handle { get; }

    public long Length { get; private set; }

    public string Sha256 => _sha256 ??= Convert.ToHexStringLower(_hash.GetHashAndReset());

    public bool CanBeKept => true;

    /// <summary>Tokens only grow, so the file is new as a rule, and a new one needs no cutting; one that a power failure left is removed first.</summary>
    public static PartFile Create(string path, long token)
    {
        try
        {
            return new(path, token, DiskCreate.New(path));
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(path);
            return new(path, token, DiskCreate.New(path));
        }
    }

    /// <summary>Opens a part that was left behind and cuts it to its durable bytes, from which the digest is made anew.</summary>
    /// <returns>Null: it is not there, or it is shorter.</returns>
    public static async Task<PartFile?> GoOnAsync(string path, long token, long size, CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        var part = new PartFile(path, token, File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete));
        try
        {
            if (RandomAccess.GetLength(part.Handle) >= size)
            {
                RandomAccess.SetLength(part.Handle, size);
                await Task.Run(() => part.Rehash(size, cancellationToken), cancellationToken);
                return part;
            }
        }
        catch
        {
            part.Dispose();
            throw;
        }

        await part.DiscardAsync();
        return null;
    }

    /// <summary>Appends. The write goes to the page cache: on a file there is no asynchronous write to be had on Linux.</summary>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        DiskWrite.At(Handle, Path, bytes.Span, Length);
        _hash.AppendData(bytes.Span);
        Length += bytes.Length;
        return ValueTask.CompletedTask;
    }

    public Task FlushAsync()
    {
        RandomAccess.FlushToDisk(Handle);
        return Task.CompletedTask;
    }

    /// <summary>Its bytes are in the file; the committer flushes them with others'.</summary>
    public Task CompleteAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Closes and removes it. One that cannot be removed now (a folder that is read-only for a while) goes at the next start.</summary>
    public Task DiscardAsync()
    {
        Dispose();
        try
        {
            File.Delete(Path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // No row names it: nobody reads it, and whoever discards has better things to do than to wait.
        }

        return Task.CompletedTask;
    }

    public void Dispose()
    {
        Handle.Dispose();
        _hash.Dispose();
    }

    private void Rehash(long size, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(1 << 20);
        try
        {
            while (Length < size)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var read = RandomAccess.Read(Handle, buffer.AsSpan(0, (int)Math.Min(buffer.Length, size - Length)), Length);
                if (read == 0)
                {
                    throw new EndOfStreamException($"'{Path}' became shorter while it was read.");
                }

                _hash.AppendData(buffer, 0, read);
                Length += read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
