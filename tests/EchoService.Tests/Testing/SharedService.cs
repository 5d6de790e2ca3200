namespace EchoService.Tests.Testing;

/// <summary>One service for all tests of a class that only reads.</summary>
public sealed class SharedService : IDisposable
{
    private readonly ServiceFixture _service = new();

    public SharedService() => Client = _service.CreateClient();

    public HttpClient Client { get; }

    public void Dispose()
    {
        Client.Dispose();
        _service.Dispose();
    }
}
