using EchoService.Downloads.Engine;

namespace EchoService.Downloads.Completion;

/// <summary>A job has ended: somebody may be to be told.</summary>
internal sealed class NoticeSignal(TimeProvider time)
{
    private readonly Wake _wake = new(time);

    public void Signal() => _wake.Signal();

    public Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken) => _wake.WaitAsync(atMost, cancellationToken);
}
