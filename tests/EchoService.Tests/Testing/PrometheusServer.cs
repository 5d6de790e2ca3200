using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace EchoService.Tests.Testing;

/// <summary>A real Prometheus with our deployed configuration, its target replaced, scraping twice a second.</summary>
public sealed class PrometheusServer : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("prometheus-").FullName;
    private readonly Process _process;
    private readonly HttpClient _client;

    public PrometheusServer(Uri target)
    {
        var port = FreePort();
        var configuration = Path.Combine(_folder, "prometheus.yml");
        File.WriteAllText(configuration, $"""
            global:
              scrape_interval: 500ms
              scrape_timeout: 500ms
            scrape_configs:
              - job_name: echoservice
                static_configs:
                  - targets: ["127.0.0.1:{target.Port.ToString(CultureInfo.InvariantCulture)}"]
            """);
        _process = Tool.Start(
            "prometheus", $"--config.file={configuration}", $"--storage.tsdb.path={_folder}/data", $"--web.listen-address=127.0.0.1:{port}", "--log.level=error");
        Output = ProcessLines.OfOutput(_process);
        Errors = ProcessLines.OfErrors(_process);
        _client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
    }

    public ProcessLines Output { get; }

    public ProcessLines Errors { get; }

    /// <summary>The values of an instant query, series by series.</summary>
    public async Task<IReadOnlyList<string>> QueryAsync(string query)
    {
        var answer = await _client.GetStringAsync($"/api/v1/query?query={Uri.EscapeDataString(query)}", TestContext.Current.CancellationToken);
        using var json = JsonDocument.Parse(answer);
        return [.. json.RootElement.GetProperty("data").GetProperty("result").EnumerateArray().Select(series => series.GetProperty("value")[1].GetString()!)];
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>This Prometheus cannot tell which port it got: the kernel gives one that was free a moment ago.</summary>
    private static string FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
    }
}
