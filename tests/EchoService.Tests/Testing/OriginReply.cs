using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace EchoService.Tests.Testing;

/// <summary>Carries out one scripted answer.</summary>
internal sealed class OriginReply(HttpContext context, OriginRequest request, OriginAnswer answer, OriginCounts counts)
{
    public async Task SendAsync()
    {
        var aborted = context.RequestAborted;
        if (answer.HangBeforeHeaders)
        {
            await Task.Delay(Timeout.Infinite, aborted);
        }

        if (answer.Gate is { } gate)
        {
            await gate.WaitAsync(aborted);
        }

        if (answer.Delay > TimeSpan.Zero)
        {
            await Task.Delay(answer.Delay, aborted);
        }

        var from = WriteHead();
        if (context.Response.StatusCode is not (204 or 205 or 304 or 416))
        {
            await WriteBodyAsync(from, aborted);
        }
    }

    private long WriteHead()
    {
        var response = context.Response;
        response.StatusCode = answer.Status;
        var from = answer.Status == 200 && answer.ETag is not null ? Range() : 0;
        response.ContentType = answer.ContentType;
        response.Headers.ETag = answer.ETag;
        if (answer.AnnounceLength && response.StatusCode is not (204 or 205 or 304))
        {
            response.ContentLength = answer.Length - from;
        }

        foreach (var header in answer.Headers.GroupBy(header => header.Name, header => header.Value))
        {
            response.Headers[header.Key] = new StringValues([.. header]);
        }

        return from;
    }

    private long Range()
    {
        var asked = context.Request.Headers.Range.ToString();
        if (!asked.StartsWith("bytes=", StringComparison.Ordinal) || answer.Ranges == OriginRanges.Ignored)
        {
            return 0;
        }

        var response = context.Response;
        var from = long.Parse(asked.AsSpan(6).TrimEnd('-'), CultureInfo.InvariantCulture);
        if (answer.Ranges == OriginRanges.Unsatisfiable || from >= answer.Length)
        {
            response.StatusCode = 416;
            response.Headers.ContentRange = $"bytes */{answer.Length}";
            return answer.Length;
        }

        if (answer.Ranges != OriginRanges.IfRangeIgnored && context.Request.Headers.IfRange != answer.ETag)
        {
            return 0;
        }

        response.StatusCode = 206;
        var announced = answer.Ranges == OriginRanges.WrongOffset ? from + 1 : from;
        response.Headers.ContentRange = answer.Ranges == OriginRanges.NoContentRange ? default(StringValues) : $"bytes {announced}-{answer.Length - 1}/{(answer.Ranges == OriginRanges.NoTotal ? "*" : answer.Length)}";
        return announced;
    }

    private async Task WriteBodyAsync(long from, CancellationToken aborted)
    {
        EndWhenSent(from);
        await context.Response.StartAsync(aborted);
        var buffer = new byte[answer.DripBytes];
        for (var at = from; at < answer.Length;)
        {
            var end = NextStop(at);
            var part = buffer.AsMemory(0, (int)Math.Min(buffer.Length, end - at));
            if (part.Length > 0)
            {
                answer.Fill(at, part.Span);
                at += part.Length;
                counts.Sent(part.Length);
                EndWhenSent(at);
                await context.Response.Body.WriteAsync(part, aborted);
            }

            await StopAsync(at, aborted);
        }
    }

    /// <summary>Before the last write: who has read it may have its next request here before the write returns.</summary>
    private void EndWhenSent(long upTo)
    {
        if (upTo >= answer.Length)
        {
            counts.End(request);
        }
    }

    private long NextStop(long at)
    {
        var end = answer.Length;
        foreach (var stop in (ReadOnlySpan<long?>)[answer.HangAfter, answer.CutAfter, answer.PauseAfter])
        {
            end = stop >= at && !(stop == at && stop == answer.PauseAfter) ? Math.Min(end, stop.Value) : end;
        }

        return end;
    }

    private async Task StopAsync(long at, CancellationToken aborted)
    {
        if (at == answer.CutAfter)
        {
            await context.Response.Body.FlushAsync(aborted);
            counts.End(request);
            context.Abort();
            throw new OperationCanceledException();
        }

        if (at == answer.HangAfter)
        {
            await context.Response.Body.FlushAsync(aborted);
            await Task.Delay(Timeout.Infinite, aborted);
        }

        if (at == answer.PauseAfter && answer.PauseGate is { } gate)
        {
            await context.Response.Body.FlushAsync(aborted);
            await gate.WaitAsync(aborted);
        }

        if (answer.DripInterval > TimeSpan.Zero)
        {
            await context.Response.Body.FlushAsync(aborted);
            await Task.Delay(answer.DripInterval, aborted);
        }
    }
}
