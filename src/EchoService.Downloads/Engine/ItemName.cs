using System.Diagnostics.CodeAnalysis;
using EchoService.Downloads.Fetching;
using EchoService.Downloads.Intake;
using EchoService.Downloads.Jobs;
using EchoService.Downloads.Naming;
using EchoService.Downloads.Store;

namespace EchoService.Downloads.Engine;

/// <summary>What an item's file is to be called: its own name, else the job's template, else what URL and response suggest.</summary>
internal static class ItemName
{
    /// <summary>Null: there is none, or the item has a name of its own.</summary>
    public static NameTemplate? TemplateOf(JobOptions job, ItemOptions? item)
    {
        if (job.FileName is not { } text || item?.FileName is not null)
        {
            return null;
        }

        var values = job.UrlTemplate is { } urls && UrlTemplate.TryParse(urls, out var parsed, out _) ? parsed.Names : [];
        return NameTemplate.TryParse(text, values, out var template, out _) ? template : null;
    }

    public static bool TryMake(
        NameTemplate? template,
        Lane lane,
        LaneItem item,
        Uri url,
        FetchResponse response,
        Companion? companion,
        [NotNullWhen(true)] out string? name,
        [NotNullWhen(false)] out FetchError? error)
    {
        error = null;
        name = item.Options?.FileName is { } own
            ? FileName.Sanitise(own)
            : SuggestedName.For(url, response.ContentDisposition, response.ContentType);
        if (template is null)
        {
            return true;
        }

        if (template.TryRender(new NameParts(name, url, item.Number, item.Options?.Values, companion is null ? null : companion.Property), out name, out var missing))
        {
            return true;
        }

        error = new FetchError(ErrorCode.Metadata, $"The companion document has no text for {{{missing}}}, which the name needs.");
        return false;
    }
}
