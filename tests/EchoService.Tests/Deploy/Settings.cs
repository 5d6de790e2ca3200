using EchoService.Configuration;
using Microsoft.Extensions.Configuration;

namespace EchoService.Tests.Deploy;

/// <summary>Environment variables that a deployment gives to the service.</summary>
internal static class Settings
{
    /// <summary>Fails with the first variable that is no setting of ours, or whose value has the wrong type.</summary>
    /// <param name="variables">A value is null where it is known to a secret only.</param>
    public static void AreOurs(IEnumerable<KeyValuePair<string, string?>> variables) => new ConfigurationBuilder()
        .AddInMemoryCollection(variables.Select(variable =>
        {
            var key = variable.Key.Replace("__", ":", StringComparison.Ordinal);
            Assert.Contains(key.Split(':')[0], OptionKeys.Sections.Select(section => section.Section));
            return KeyValuePair.Create(key, variable.Value);
        }))
        .Build()
        .CheckConfiguration();
}
