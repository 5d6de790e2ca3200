using EchoService.Downloads.Jobs;

namespace EchoService.Downloads.Content;

/// <summary>A file that is done: what a storage may find it by.</summary>
/// <param name="Token">Of the lane that saved it.</param>
internal sealed record StoredFile(string JobId, int Number, long Token, string Name, long Size, string? ContentType)
{
    public static StoredFile Of(Job job, Item item) =>
        new(job.Id, item.Number, item.Token ?? 0, item.FileName!, item.Size ?? 0, item.ContentType);
}
