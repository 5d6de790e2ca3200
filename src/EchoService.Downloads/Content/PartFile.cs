using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace EchoService.Downloads.Content;

/// <summary>A file on its way in: named by item and token, hashed as it is written, invisible until it is placed.</summary>
internal sealed class PartFile : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private string? _sha256;

    public PartFile(string path)
    {
        Path = path;
        Handle = File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete);
    }

    public string Path { get; }

    public SafeFileHandle Handle { get; }

    public long Length { get; private set; }

    /// <summary>Of all that was written, 64 lower-case hexadecimal digits. Ends the writing.</summary>
    public string Sha256 => _sha256 ??= Convert.ToHexStringLower(_hash.GetHashAndReset());

    /// <summary>Appends. The write goes to the page cache: on a file there is no asynchronous write to be had on Linux.</summary>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        RandomAccess.Write(Handle, bytes.Span, Length);
        _hash.AppendData(bytes.Span);
        Length += bytes.Length;
        return ValueTask.CompletedTask;
    }

    /// <summary>Closes and removes it.</summary>
    public void Discard()
    {
        Dispose();
        File.Delete(Path);
    }

    public void Dispose()
    {
        Handle.Dispose();
        _hash.Dispose();
    }
}
