using System.Security.Cryptography;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.S3;
using Amazon.S3.Model;

namespace EchoService.Downloads.Content.S3;

/// <summary>
/// Amazon's client, with <c>Content-MD5</c> on the removal of many objects. The protocol asked for it there from the start and many servers
/// refuse the request without (Swift, older MinIO, ECS); the client of today sends a newer checksum alone, which Amazon takes.
/// </summary>
internal sealed class S3Client : AmazonS3Client
{
    /// <summary>With the credentials of the environment, the profile or the machine.</summary>
    public S3Client(AmazonS3Config config)
        : base(config)
    {
    }

    public S3Client(AWSCredentials credentials, AmazonS3Config config)
        : base(credentials, config)
    {
    }

    protected override void CustomizeRuntimePipeline(RuntimePipeline pipeline)
    {
        base.CustomizeRuntimePipeline(pipeline);
        pipeline.AddHandlerAfter<Marshaller>(new DigestOfRemoval());
    }

    private sealed class DigestOfRemoval : PipelineHandler
    {
        public override Task<T> InvokeAsync<T>(IExecutionContext executionContext)
        {
            if (executionContext.RequestContext is { OriginalRequest: DeleteObjectsRequest, Request: { ContentStream: { } body } request })
            {
#pragma warning disable CA5351 // The protocol's own, against bytes that change on the way; the signature covers them too.
                request.Headers["Content-MD5"] = Convert.ToBase64String(MD5.HashData(body));
#pragma warning restore CA5351
                body.Position = 0;
            }

            return base.InvokeAsync<T>(executionContext);
        }
    }
}
