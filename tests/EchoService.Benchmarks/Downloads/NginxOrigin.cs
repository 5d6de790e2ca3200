using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace EchoService.Benchmarks;

/// <summary>
/// Debian's nginx with some files of random bytes, each under every name below its own (<c>small/1</c>), on one port of several loopback
/// addresses, each a host of its own.
/// </summary>
internal sealed class NginxOrigin : IAsyncDisposable
{
    private readonly ScratchFolder _folder;
    private readonly Process _process;
    private readonly int _port;

    private NginxOrigin(ScratchFolder folder, Process process, int port)
    {
        _folder = folder;
        _process = process;
        _port = port;
    }

    /// <param name="hosts">127.0.1.1, 127.0.1.2 … (at most 250), so that nobody else's port is in the way.</param>
    /// <exception cref="ToolMissingException">It is not installed.</exception>
    public static async Task<NginxOrigin> StartAsync(IReadOnlyList<(string Name, int Bytes)> files, int hosts)
    {
        var program = Tool.Find("nginx", "nginx");
        var folder = new ScratchFolder();
        foreach (var (name, bytes) in files)
        {
            await WriteAsync(Path.Combine(folder.Path, name), bytes);
        }

        var port = FreePort.Next();
        var configuration = Path.Combine(folder.Path, "nginx.conf");
        await File.WriteAllTextAsync(configuration, Configuration(folder.Path, hosts, port));
        var process = Process.Start(new ProcessStartInfo(program, ["-p", folder.Path, "-e", "stderr", "-c", configuration]) { UseShellExecute = false })!;
        var origin = new NginxOrigin(folder, process, port);
        await origin.ListensAsync();
        return origin;
    }

    /// <summary>With a slash at its end.</summary>
    /// <param name="host">From 0.</param>
    public string Address(int host) => $"http://127.0.1.{host + 1}:{_port}/";

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        await _folder.DisposeAsync();
    }

    private static string Configuration(string folder, int hosts, int port) =>
        $$"""
        daemon off;
        user {{Environment.UserName}};
        worker_processes 1;
        pid nginx.pid;
        error_log stderr crit;
        events { worker_connections 4096; }
        http {
          access_log off;
          sendfile on;
          tcp_nopush on;
          keepalive_requests 1000000;
          client_body_temp_path body;
          proxy_temp_path proxy;
          fastcgi_temp_path fastcgi;
          uwsgi_temp_path uwsgi;
          scgi_temp_path scgi;
          server {
            {{string.Join(' ', Enumerable.Range(1, hosts).Select(host => $"listen 127.0.1.{host}:{port};"))}}
            root {{folder}};
            location ~ ^/(?<file>[a-z]+)/ { try_files /$file =404; }
          }
        }
        """;

    private static async Task WriteAsync(string path, int bytes)
    {
        var block = new byte[Math.Min(bytes, 1 << 20)];
        Random.Shared.NextBytes(block);
        await using var file = File.Create(path);
        for (var left = bytes; left > 0; left -= block.Length)
        {
            await file.WriteAsync(block.AsMemory(0, Math.Min(left, block.Length)));
        }
    }

    private async Task ListensAsync()
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(IPAddress.Parse("127.0.1.1"), _port);
                return;
            }
            catch (SocketException) when (tries < 500 && !_process.HasExited)
            {
                await Task.Delay(10);
            }
        }
    }
}
