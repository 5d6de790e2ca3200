using System.Globalization;

namespace EchoService.Configuration;

/// <summary>The values that a setting may have, as the generated binder reads them.</summary>
internal static class SettingText
{
    /// <summary>False: a section or a list.</summary>
    public static bool IsValue(Type type) => Plain(type) is { IsPrimitive: true } or { IsEnum: true } || type == typeof(string);

    public static bool CanRead(string text, Type type)
    {
        if (text.Length == 0 && Nullable.GetUnderlyingType(type) is not null)
        {
            return true; // not set
        }

        var plain = Plain(type);
        return plain.IsEnum ? Enum.TryParse(plain, text, ignoreCase: true, out _)
            : Type.GetTypeCode(plain) switch
            {
                TypeCode.Boolean => bool.TryParse(text, out _),
                TypeCode.Int32 => int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out _),
                TypeCode.Int64 => long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out _),
                TypeCode.Double => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _),
                TypeCode.String => true,
                _ => throw new NotSupportedException($"No option is a {plain.Name} yet."),
            };
    }

    /// <summary>What such a value must be.</summary>
    public static string Describe(Type type) => Plain(type) switch
    {
        { IsEnum: true } plain => $"one of {string.Join(", ", Enum.GetNames(plain))}",
        var plain when plain == typeof(bool) => "true or false",
        var plain when plain == typeof(double) => "a number",
        _ => "a whole number that fits",
    };

    private static Type Plain(Type type) => Nullable.GetUnderlyingType(type) ?? type;
}
