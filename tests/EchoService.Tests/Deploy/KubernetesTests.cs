using System.Globalization;
using System.Net;
using EchoService.Http;
using EchoService.Tcp;
using EchoService.Tests.Testing;
using YamlDotNet.RepresentationModel;

namespace EchoService.Tests.Deploy;

/// <summary>What kubectl makes of the overlays of deploy/kubernetes hangs together and fits the service.</summary>
public sealed class KubernetesTests
{
    private const string Channels = "echoservice-channels";
    private const string Downloads = "echoservice-downloads";

    [Theory]
    [InlineData("single", 1)]
    [InlineData("cluster", 9)]
    public async Task PodsHaveSettingsThatExist(string overlay, int ofDownloads)
    {
        var objects = await RenderAsync(overlay);
        Assert.All(Of(objects, "Deployment"), deployment => Settings.AreOurs(Environment(deployment)));
        Assert.Equal(ofDownloads, Environment(One(objects, "Deployment", Downloads)).Count);
    }

    [Theory]
    [InlineData("single")]
    [InlineData("cluster")]
    public async Task EveryPortIsOneThatTheServiceHas(string overlay)
    {
        var objects = await RenderAsync(overlay);
        var ours = new TcpOptions().Channels.ToDictionary(channel => channel.Key, channel => channel.Value.Port!.Value, StringComparer.Ordinal);
        ours["http"] = new HttpOptions().Port;
        Assert.Equal(ours.OrderBy(port => port.Key, StringComparer.Ordinal), Ports(One(objects, "Deployment", Channels)).OrderBy(port => port.Key, StringComparer.Ordinal));
        Assert.Equal(ours["http"], Assert.Single(Ports(One(objects, "Deployment", Downloads))).Value);
        Assert.All(Of(objects, "Service"), service => Assert.All(service.Items("spec", "ports"), port =>
        {
            var target = port.Text("targetPort")!;
            Assert.Equal(Number(port.Text("port")), Ports(Selected(objects, service.At("spec", "selector")))[target]);
        }));
        Assert.All(Of(objects, "NetworkPolicy"), policy => Assert.All(policy.Items("spec", "ingress").SelectMany(rule => rule.Items("ports")), port =>
            Assert.Contains(port.Text("port")!, Ports(Selected(objects, policy.At("spec", "podSelector", "matchLabels"))).Keys)));
    }

    [Theory]
    [InlineData(Channels, "/health/ready/tcp", "echo")]
    [InlineData(Downloads, "/health/ready/downloads", "http")]
    public async Task EachServiceLeadsToPodsWhoseReadinessIsThatOfItsHalf(string name, string path, string port)
    {
        var objects = await RenderAsync("cluster");
        var service = One(objects, "Service", name);
        Assert.Contains(port, service.Items("spec", "ports").Select(p => p.Text("name")));
        var container = Container(Selected(objects, service.At("spec", "selector")));
        Assert.Equal(path, container.Text("readinessProbe", "httpGet", "path"));
        Assert.Equal("/health/live", container.Text("livenessProbe", "httpGet", "path"));
        Assert.Equal("/health/live", container.Text("startupProbe", "httpGet", "path"));
        Assert.All(new[] { "readinessProbe", "livenessProbe", "startupProbe" }, probe => Assert.Equal("http", container.Text(probe, "httpGet", "port")));

        using var running = new ServiceFixture();
        using var http = running.CreateClient();
        foreach (var asked in (string[])[path, "/health/live"])
        {
            using var answer = await http.GetAsync(asked, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }

    [Theory]
    [InlineData("single")]
    [InlineData("cluster")]
    public async Task PodsAreGivenTimeToStopAndNoPrivileges(string overlay)
    {
        Assert.All(Of(await RenderAsync(overlay), "Deployment"), deployment =>
        {
            var pod = deployment.At("spec", "template", "spec");
            var container = Container(deployment);
            var stop = Number(container.Text("lifecycle", "preStop", "sleep", "seconds")) + Number(Environment(deployment)["Shutdown__Timeout"]);
            Assert.InRange(Number(pod.Text("terminationGracePeriodSeconds")), stop + 2, stop + 60);
            Assert.Equal(("true", "1654"), (pod.Text("securityContext", "runAsNonRoot"), pod.Text("securityContext", "runAsUser")));
            Assert.Equal(("true", "false"), (container.Text("securityContext", "readOnlyRootFilesystem"), container.Text("securityContext", "allowPrivilegeEscalation")));
            Assert.Equal(["ALL"], container.Texts("securityContext", "capabilities", "drop"));
            Assert.Equal(["cpu", "memory"], container.Entries("resources", "requests").Keys.Order(StringComparer.Ordinal));
            Assert.Equal(["/data", "/tmp"], container.Items("volumeMounts").Select(mount => mount.Text("mountPath")).Order(StringComparer.Ordinal));
            Assert.Equal(container.Items("volumeMounts").Select(mount => mount.Text("name")).Order(StringComparer.Ordinal), pod.Items("volumes").Select(volume => volume.Text("name")).Order(StringComparer.Ordinal));
        });
    }

    [Fact]
    public async Task OneProcessOwnsTheVolumeOfSingle()
    {
        var objects = await RenderAsync("single");
        var downloads = One(objects, "Deployment", Downloads);
        Assert.Equal(("1", "Recreate"), (downloads.Text("spec", "replicas"), downloads.Text("spec", "strategy", "type")));
        var data = downloads.Items("spec", "template", "spec", "volumes").Single(volume => volume.Text("name") == "data");
        Assert.Null(data.At("emptyDir"));
        Assert.NotNull(One(objects, "PersistentVolumeClaim", data.Text("persistentVolumeClaim", "claimName")!));
        Assert.Equal([Channels], Of(objects, "HorizontalPodAutoscaler").Select(Name));
    }

    [Fact]
    public async Task ClusterScalesBothHalvesAndKeepsSomeOfEach()
    {
        var objects = await RenderAsync("cluster");
        Assert.All((string[])[Channels, Downloads], half =>
        {
            var scaler = One(objects, "HorizontalPodAutoscaler", half);
            Assert.Equal(("Deployment", half), (scaler.Text("spec", "scaleTargetRef", "kind"), scaler.Text("spec", "scaleTargetRef", "name")));
            Assert.Equal("cpu", scaler.Items("spec", "metrics").Single().Text("resource", "name"));
            Assert.Null(One(objects, "Deployment", half).At("spec", "replicas"));
            Assert.Equal(half, Name(Selected(objects, One(objects, "PodDisruptionBudget", half).At("spec", "selector", "matchLabels"))));
        });
        var keys = Container(One(objects, "Deployment", Downloads)).Items("env").Select(variable => variable.At("valueFrom", "secretKeyRef")).OfType<YamlMappingNode>().ToArray();
        Assert.Equal(3, keys.Length);
        var command = await File.ReadAllTextAsync(Repository.Path("deploy", "kubernetes", "cluster", "kustomization.yaml"), TestContext.Current.CancellationToken);
        Assert.All(keys, key => Assert.Contains($"--from-literal={key.Text("key")}=", command, StringComparison.Ordinal));
        Assert.All(keys, key => Assert.Contains($"create secret generic {key.Text("name")} ", command, StringComparison.Ordinal));
    }

    private static async Task<IReadOnlyList<YamlNode>> RenderAsync(string overlay)
    {
        var result = await Tool.RunAsync("kubectl", ["kustomize", Repository.Path("deploy", "kubernetes", overlay)]);
        Assert.True(result is { ExitCode: 0, Errors: "" }, result.Errors);
        return Yaml.Parse(result.Output);
    }

    private static IEnumerable<YamlNode> Of(IEnumerable<YamlNode> objects, string kind) => objects.Where(candidate => candidate.Text("kind") == kind);

    private static YamlNode One(IEnumerable<YamlNode> objects, string kind, string name) => Of(objects, kind).Single(candidate => Name(candidate) == name);

    private static string Name(YamlNode node) => node.Text("metadata", "name")!;

    private static YamlNode Container(YamlNode deployment) => deployment.Items("spec", "template", "spec", "containers").Single();

    private static Dictionary<string, int> Ports(YamlNode deployment) =>
        Container(deployment).Items("ports").ToDictionary(port => port.Text("name")!, port => Number(port.Text("containerPort")), StringComparer.Ordinal);

    private static Dictionary<string, string?> Environment(YamlNode deployment) =>
        Container(deployment).Items("env").ToDictionary(variable => variable.Text("name")!, variable => variable.Text("value"), StringComparer.Ordinal);

    /// <summary>The one deployment whose pods have all these labels.</summary>
    private static YamlNode Selected(IEnumerable<YamlNode> objects, YamlNode? labels)
    {
        Assert.NotEmpty(labels.Entries());
        return Of(objects, "Deployment").Single(deployment =>
        {
            var own = deployment.Entries("spec", "template", "metadata", "labels");
            return labels.Entries().All(label => own.TryGetValue(label.Key, out var value) && value.Text() == label.Value.Text());
        });
    }

    private static int Number(string? text) => int.Parse(text!, CultureInfo.InvariantCulture);
}
