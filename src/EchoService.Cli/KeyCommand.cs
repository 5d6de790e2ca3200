using System.Buffers.Text;
using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace EchoService.Cli;

/// <summary><c>key new</c>: a random API key for a client, and the digest of it that a service's configuration holds.</summary>
internal static class KeyCommand
{
    /// <summary>As many random bytes as the digest has: guessing one is no easier than the other.</summary>
    private const int RandomBytes = 32;

    public static Command Create()
    {
        var command = new ExampleCommand("key", "Makes API keys.", "echoctl key new") { New() };
        return command;
    }

    /// <summary><c>ek_</c> and 43 base64url characters.</summary>
    internal static string Make() => "ek_" + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes));

    /// <summary>As <c>Auth:ApiKeys:&lt;n&gt;:Sha256</c> has it: in lower-case hexadecimal digits, of the whole key.</summary>
    internal static string Digest(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(key)));

    private static ExampleCommand New()
    {
        var json = new Option<bool>("--json") { Description = "One JSON document." };
        var command = new ExampleCommand("new", "Makes a random API key and tells the SHA-256 of it for a service's Auth:ApiKeys.", "echoctl key new", "echoctl key new --json") { json };
        command.SetAction(parsed =>
        {
            var key = Make();
            using var output = new Output();
            if (parsed.GetValue(json))
            {
                using var writer = new Utf8JsonWriter(output.Bytes, JsonText.Options);
                writer.WriteStartObject();
                writer.WriteString("key", key);
                writer.WriteString("sha256", Digest(key));
                writer.WriteEndObject();
                writer.Flush();
                output.Bytes.Write("\n"u8);
                return ExitCode.Done;
            }

            output.Text.WriteLine($"key     {key}");
            output.Text.WriteLine($"sha256  {Digest(key)}");
            output.Text.Flush();
            Console.Error.WriteLine("The key is for the client (--key or ECHOCTL_KEY) and is kept nowhere; the SHA-256 is for the service (Auth:ApiKeys:<n>:Sha256).");
            return ExitCode.Done;
        });
        return command;
    }
}
