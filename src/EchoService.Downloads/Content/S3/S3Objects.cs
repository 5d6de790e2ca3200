using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace EchoService.Downloads.Content.S3;

/// <summary>The bucket: every call that we make of it, its errors as <see cref="IOException"/>, as those of a disk.</summary>
internal sealed class S3Objects(ContentOptions options) : IDisposable
{
    private static readonly TimeSpan s_connect = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(60);

    /// <summary>A presigned address is followed at once; a large file may be begun again within it.</summary>
    private static readonly TimeSpan s_addressHolds = TimeSpan.FromMinutes(10);

    private readonly S3Client _client = Client(options);

    public Task PutAsync(string key, Stream content, CancellationToken cancellationToken) => Call(
        () => _client.PutObjectAsync(
            new PutObjectRequest { BucketName = options.Bucket, Key = key, InputStream = content, AutoCloseStream = false, AutoResetStreamPosition = false, UseChunkEncoding = false },
            cancellationToken),
        cancellationToken);

    /// <summary>Begins a multipart upload. Returns its id.</summary>
    public Task<string> BeginAsync(string key, CancellationToken cancellationToken) => Call(
        async () => (await _client.InitiateMultipartUploadAsync(new InitiateMultipartUploadRequest { BucketName = options.Bucket, Key = key }, cancellationToken)).UploadId,
        cancellationToken);

    public Task<PartETag> PutPartAsync(string key, string upload, int number, Stream content, CancellationToken cancellationToken) => Call(
        async () => new PartETag(number, (await _client.UploadPartAsync(
            new UploadPartRequest
            {
                BucketName = options.Bucket,
                Key = key,
                UploadId = upload,
                PartNumber = number,
                InputStream = content,
                PartSize = content.Length,
                UseChunkEncoding = false,
            },
            cancellationToken)).ETag),
        cancellationToken);

    public Task CompleteAsync(string key, string upload, List<PartETag> parts, CancellationToken cancellationToken) => Call(
        () => _client.CompleteMultipartUploadAsync(
            new CompleteMultipartUploadRequest { BucketName = options.Bucket, Key = key, UploadId = upload, PartETags = parts }, cancellationToken),
        cancellationToken);

    /// <summary>Of an upload that is gone already, nothing.</summary>
    public async Task AbortAsync(string key, string upload, CancellationToken cancellationToken)
    {
        try
        {
            await Call(() => _client.AbortMultipartUploadAsync(options.Bucket, key, upload, cancellationToken), cancellationToken);
        }
        catch (FileNotFoundException)
        {
            // Another node was faster.
        }
    }

    public Task DeleteAsync(string key, CancellationToken cancellationToken) =>
        Call(() => _client.DeleteObjectAsync(options.Bucket, key, cancellationToken), cancellationToken);

    /// <exception cref="FileNotFoundException">There is no such object.</exception>
    public Task<long> LengthAsync(string key, CancellationToken cancellationToken) =>
        Call(async () => (await _client.GetObjectMetadataAsync(options.Bucket, key, cancellationToken)).ContentLength, cancellationToken);

    /// <summary>The object's bytes from a place on.</summary>
    public Task<Stream> ReadAsync(string key, long from, long length, CancellationToken cancellationToken) => Call(
        async () => (await _client.GetObjectAsync(
            new GetObjectRequest { BucketName = options.Bucket, Key = key, ByteRange = from > 0 ? new ByteRange(from, length - 1) : null }, cancellationToken)).ResponseStream,
        cancellationToken);

    /// <summary>Removes objects, a thousand at most.</summary>
    public Task DeleteAsync(IReadOnlyCollection<string> keys, CancellationToken cancellationToken) => keys.Count == 0 ? Task.CompletedTask : Call(
        () => _client.DeleteObjectsAsync(
            new DeleteObjectsRequest { BucketName = options.Bucket, Quiet = true, Objects = [.. keys.Select(key => new KeyVersion { Key = key })] }, cancellationToken),
        cancellationToken);

    /// <summary>Removes every object whose key begins so.</summary>
    public async Task DeleteAllAsync(string prefix, CancellationToken cancellationToken)
    {
        await foreach (var keys in KeysAsync(prefix, cancellationToken))
        {
            await DeleteAsync(keys, cancellationToken);
        }
    }

    /// <summary>The keys that begin so, in pages of a thousand at most; those that have been read may be removed meanwhile.</summary>
    public async IAsyncEnumerable<IReadOnlyList<string>> KeysAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? next = null;
        do
        {
            var request = new ListObjectsV2Request { BucketName = options.Bucket, Prefix = prefix, ContinuationToken = next };
            var page = await Call(() => _client.ListObjectsV2Async(request, cancellationToken), cancellationToken);
            yield return [.. (page.S3Objects ?? []).Select(each => each.Key)];
            next = page.IsTruncated == true ? page.NextContinuationToken : null;
        }
        while (next is not null);
    }

    /// <summary>Uploads that were begun and neither completed nor aborted, in pages. A server that cannot list them (501) is left to its own rules.</summary>
    public async IAsyncEnumerable<IReadOnlyList<(string Key, string Id)>> UploadsAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request = new ListMultipartUploadsRequest { BucketName = options.Bucket, Prefix = prefix };
        do
        {
            ListMultipartUploadsResponse page;
            try
            {
                page = await Call(() => _client.ListMultipartUploadsAsync(request, cancellationToken), cancellationToken);
            }
            catch (IOException exception) when (exception.InnerException is AmazonS3Exception { StatusCode: HttpStatusCode.NotImplemented })
            {
                yield break;
            }

            yield return [.. (page.MultipartUploads ?? []).Select(upload => (upload.Key, upload.UploadId))];
            (request.KeyMarker, request.UploadIdMarker) = page.IsTruncated == true ? (page.NextKeyMarker, page.NextUploadIdMarker) : (null, null);
        }
        while (request.KeyMarker is not null);
    }

    /// <summary>
    /// An address that gives the object to whoever has it, as an attachment, for some minutes of the server's time: the client signs by that,
    /// as far as it knows it from answers, and a time of ours that lies before is an address that never was good.
    /// </summary>
    public Uri Address(string key, string name, string? contentType) => new(_client.GetPreSignedURL(new GetPreSignedUrlRequest
    {
        BucketName = options.Bucket,
        Key = key,
        Verb = HttpVerb.GET,
        Expires = CorrectClockSkew.GetCorrectedUtcNowForEndpoint(
            _client.DetermineServiceOperationEndpoint(new GetObjectRequest { BucketName = options.Bucket, Key = key }).URL, _client.Config) + s_addressHolds,
        Protocol = options.ServiceUrl.StartsWith("http:", StringComparison.OrdinalIgnoreCase) ? Protocol.HTTP : Protocol.HTTPS,
        ResponseHeaderOverrides = new ResponseHeaderOverrides
        {
            ContentType = contentType ?? "application/octet-stream",
            ContentDisposition = string.Create(CultureInfo.InvariantCulture, $"attachment; filename*=UTF-8''{Uri.EscapeDataString(name)}"),
        },
    }));

    public void Dispose() => _client.Dispose();

    private static S3Client Client(ContentOptions options)
    {
        var config = new AmazonS3Config
        {
            AuthenticationRegion = options.Region,
            Timeout = s_timeout,
            ConnectTimeout = s_connect,
            MaxErrorRetry = 3,

            // Servers other than Amazon's know neither its newer checksums nor its chunked signatures; a digest of our own is in the row.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (options.ServiceUrl.Length > 0)
        {
            config.ServiceURL = options.ServiceUrl;
            config.ForcePathStyle = true;
        }
        else
        {
            config.RegionEndpoint = Amazon.RegionEndpoint.GetBySystemName(options.Region);
        }

        return options.AccessKey.Length > 0 ? new S3Client(new BasicAWSCredentials(options.AccessKey, options.SecretKey), config) : new S3Client(config);
    }

    private static async Task<T> Call<T>(Func<Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call();
        }
        catch (AmazonS3Exception exception) when (exception.StatusCode == HttpStatusCode.NotFound)
        {
            throw new FileNotFoundException($"The bucket has it not: {exception.Message}", exception);
        }
        catch (Exception exception) when (exception is AmazonServiceException or AmazonClientException or HttpRequestException or TimeoutException
            || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new IOException($"The S3 server cannot be used now: {exception.Message}", exception);
        }
    }
}
