using System.Collections;
using System.Reflection;

namespace EchoService.Configuration;

/// <summary>
/// Finds keys that no option has and values of a wrong type, before anything is bound: the binder refuses them too, but names
/// neither the key nor what would be right.
/// </summary>
internal static class ConfigurationCheck
{
    /// <exception cref="ConfigurationException">With the first such key.</exception>
    public static void CheckConfiguration(this IConfiguration configuration)
    {
        foreach (var (name, options) in OptionKeys.Sections)
        {
            var section = configuration.GetSection(name);
            RefuseValue(section, $"takes a section with {Names(options)}");
            CheckObject(section, options);
        }
    }

    private static void Check(IConfigurationSection section, Type type)
    {
        if (ElementOf(type) is { } element)
        {
            RefuseValue(section, $"takes a list or a section: set {section.Path}:<key>");
            foreach (var child in section.GetChildren())
            {
                Check(child, element);
            }
        }
        else if (SettingText.IsValue(type))
        {
            CheckValue(section, type);
        }
        else
        {
            RefuseValue(section, $"takes a section with {Names(type)}");
            CheckObject(section, type);
        }
    }

    private static void CheckObject(IConfigurationSection section, Type type)
    {
        foreach (var child in section.GetChildren())
        {
            var property = Array.Find(type.GetProperties(), known => known.Name.Equals(child.Key, StringComparison.OrdinalIgnoreCase))
                ?? throw new ConfigurationException($"{child.Path} is not a setting: {section.Path} has {Names(type)}");
            Check(child, property.PropertyType);
        }
    }

    private static void CheckValue(IConfigurationSection section, Type type)
    {
        if (section.GetChildren().FirstOrDefault() is { } below)
        {
            throw new ConfigurationException($"{below.Path} is not a setting: {section.Path} takes one value");
        }

        if (section.Value is { } value && !SettingText.CanRead(value, type))
        {
            throw new ConfigurationException($"{section.Path} is '{value}', but must be {SettingText.Describe(type)}");
        }
    }

    /// <summary>An empty list or object arrives as an empty value.</summary>
    private static void RefuseValue(IConfigurationSection section, string remedy)
    {
        if (!string.IsNullOrEmpty(section.Value))
        {
            throw new ConfigurationException($"{section.Path} is '{section.Value}', but {remedy}");
        }
    }

    /// <summary>What a list or a dictionary holds; null for everything else.</summary>
    private static Type? ElementOf(Type type) =>
        type == typeof(string) || !type.IsAssignableTo(typeof(IEnumerable)) ? null
        : type.IsArray ? type.GetElementType()
        : type.GetGenericArguments().LastOrDefault();

    private static string Names(Type type) =>
        string.Join(", ", type.GetProperties().Where(IsKey).Select(property => property.Name).Order(StringComparer.Ordinal));

    /// <summary>Lists and sections are filled and need no setter; a value without one is computed.</summary>
    private static bool IsKey(PropertyInfo property) =>
        property.SetMethod?.IsPublic == true || !SettingText.IsValue(property.PropertyType);
}
