using System.Globalization;
using System.Net;
using EchoService.Configuration;
using EchoService.Http;
using EchoService.Tcp;
using EchoService.Tests.Testing;
using YamlDotNet.RepresentationModel;

namespace EchoService.Tests.Deploy;

/// <summary>The compose files hang together, and fit the service, haproxy, Prometheus and Grafana.</summary>
public sealed class ComposeTests
{
    private const string One = "deploy/compose/compose.yaml";
    private const string Cluster = "deploy/compose/cluster.yaml";

    private static readonly string[] OurPorts =
        [.. new TcpOptions().Channels.Values.Select(channel => channel.Port!.Value).Append(new HttpOptions().Port).Select(port => port.ToString(CultureInfo.InvariantCulture))];

    [Theory]
    [InlineData(One, 1)]
    [InlineData(Cluster, 3)]
    public void NodesHaveSettingsThatExistAndTimeToStop(string file, int nodes)
    {
        var ours = Services(file).Values.Where(service => service.Text("image") == "echoservice").ToArray();
        Assert.Equal(nodes, ours.Length);
        Assert.All(ours, node =>
        {
            var settings = node.Entries("environment").ToDictionary(entry => entry.Key, entry => entry.Value.Text(), StringComparer.Ordinal);
            Settings.AreOurs(settings);
            Assert.Equal("../..", node.Text("build"));
            Assert.InRange(Seconds(node.Text("stop_grace_period")), double.Parse(settings["Shutdown__Timeout"]!, CultureInfo.InvariantCulture) + 1, 60);
        });
    }

    [Fact]
    public void AMisspeltSettingWouldBeFound() => Assert.Contains(
        "Tcp:Channels:echo:ProxyProtocoll",
        Assert.Throws<ConfigurationException>(() => Settings.AreOurs([new("Tcp__Channels__echo__ProxyProtocoll", "Required")])).Message,
        StringComparison.Ordinal);

    [Theory]
    [InlineData(One)]
    [InlineData(Cluster)]
    public void WhatItNamesIsThere(string file)
    {
        var root = Yaml.Read(file);
        var services = Services(file);
        var volumes = root.Entries("volumes").Keys.ToArray();
        Assert.All(services, service =>
        {
            var image = service.Value.Text("image")!;
            Assert.True(image == "echoservice" || (image.Contains(':', StringComparison.Ordinal) && !image.EndsWith(":latest", StringComparison.Ordinal)), $"{service.Key} has no fixed version");
            Assert.All(Names(service.Value.At("depends_on")), name => Assert.Contains(name, services.Keys));
            Assert.All(service.Value.Texts("volumes").Select(volume => volume.Split(':')[0]), source =>
            {
                if (source.StartsWith('.'))
                {
                    Assert.True(Path.Exists(Path.Combine(Repository.Path("deploy", "compose"), source)), $"{service.Key} mounts {source}");
                }
                else
                {
                    Assert.Contains(source, volumes);
                }
            });
        });
    }

    [Theory]
    [InlineData(One)]
    [InlineData(Cluster)]
    public void NothingIsPublishedBeyondThisMachine(string file) =>
        Assert.All(Services(file).Values.SelectMany(service => service.Texts("ports")), port => Assert.StartsWith("127.0.0.1:", port, StringComparison.Ordinal));

    [Fact]
    public void OneNodePublishesPortsThatTheServiceHas()
    {
        var published = Services(One)["echoservice"].Texts("ports").Select(port => port.Split(':')[^1]).ToArray();
        Assert.Equal(OurPorts.Order(StringComparer.Ordinal), published.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void HaproxyListensWhereItIsPublishedAndSendsToTheNodesPorts()
    {
        var haproxy = new HaproxyConfiguration();
        Assert.All(Services(Cluster)["haproxy"].Texts("ports"), port => Assert.Contains($":{port.Split(':')[^1]}", haproxy.Binds));
        var nodes = Services(Cluster).Where(service => service.Value.Text("image") == "echoservice").Select(service => service.Key).ToArray();
        var http = new HttpOptions().Port;
        var echo = new TcpOptions().Channels["echo"].Port;
        Assert.Equal(
            nodes.Select(node => (Backend: "echo", Target: $"{node}:{echo}", Check: http)).Concat(nodes.Select(node => (Backend: "http", Target: $"{node}:{http}", Check: http))),
            haproxy.Servers.Select(server => (server.Backend, server.Target, server.CheckPort)));
    }

    [Fact]
    public void NodesBelieveHaproxyAloneAndAtItsOwnAddress()
    {
        var services = Services(Cluster);
        var address = services["haproxy"].Text("networks", "default", "ipv4_address")!;
        Assert.True(IPNetwork.Parse(Yaml.Read(Cluster).Items("networks", "default", "ipam", "config")[0].Text("subnet")!).Contains(IPAddress.Parse(address)));
        var environment = services["node1"].Entries("environment");
        Assert.Equal("Required", environment["Tcp__Channels__echo__ProxyProtocol"].Text());
        Assert.Equal([address], environment.Where(entry => entry.Key.StartsWith("Tcp__Channels__echo__TrustedProxies__", StringComparison.Ordinal)).Select(entry => entry.Value.Text()));
    }

    [Theory]
    [InlineData(One, "prometheus.yml", "echoservice")]
    [InlineData(Cluster, "cluster.yml", "node1", "node2", "node3", "haproxy")]
    public void PrometheusScrapesEveryNodeAndGrafanaAsksPrometheus(string file, string configuration, params string[] targets)
    {
        var services = Services(file);
        Assert.Contains($"../prometheus/{configuration}:/etc/prometheus/prometheus.yml:ro", services["prometheus"].Texts("volumes"));
        Assert.Contains("../prometheus/alerts.yml:/etc/prometheus/alerts.yml:ro", services["prometheus"].Texts("volumes"));
        var scraped = Yaml.Read($"deploy/prometheus/{configuration}").Items("scrape_configs").SelectMany(job => job.Items("static_configs")).SelectMany(group => group.Texts("targets")).ToArray();
        Assert.Equal(targets, scraped.Select(target => target.Split(':')[0]));
        Assert.All(targets, target => Assert.Contains(target, services.Keys));
        Assert.All(scraped, target => Assert.Contains(target.Split(':')[1], target.StartsWith("haproxy", StringComparison.Ordinal) ? ["8405"] : new[] { "8080" }));
        var source = Yaml.Read("deploy/grafana/provisioning/datasources/prometheus.yaml").Items("datasources").Single();
        Assert.Equal("http://prometheus:9090", source.Text("url"));
    }

    /// <summary>The services of a file, those that extend one of another file with what that has.</summary>
    private static Dictionary<string, YamlNode> Services(string file) => Yaml.Read(file).Entries("services").ToDictionary(
        service => service.Key,
        service => service.Value.At("extends") is { } extends
            ? Extended(Yaml.Read($"deploy/compose/{extends.Text("file")}").Entries("services")[extends.Text("service")!], service.Value)
            : service.Value,
        StringComparer.Ordinal);

    private static YamlMappingNode Extended(YamlNode general, YamlNode own)
    {
        var volumes = general.Texts("volumes").Concat(own.Texts("volumes")).Select(volume => new YamlScalarNode(volume));
        var merged = new YamlMappingNode();
        foreach (var (key, value) in general.Entries().Concat(own.Entries()).Where(entry => entry.Key != "extends"))
        {
            merged.Children[key] = key == "volumes" ? new YamlSequenceNode(volumes) : value;
        }

        return merged;
    }

    private static IEnumerable<string> Names(YamlNode? node) => node.Texts().Concat(node.Entries().Keys);

    private static double Seconds(string? duration) => double.Parse(duration!.TrimEnd('s'), CultureInfo.InvariantCulture);
}
