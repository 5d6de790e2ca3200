using System.Text.Json.Serialization;
using EchoService.Downloads;
using EchoService.Health;

namespace EchoService.Http;

/// <summary>What is needed at start, or by the first probe: generated, as other types are read by reflection when they are first asked for.</summary>
[JsonSerializable(typeof(HealthAnswer))]
[JsonSerializable(typeof(UrlBody))]
[JsonSerializable(typeof(FetchBody))]
internal sealed partial class EarlyJson : JsonSerializerContext;
