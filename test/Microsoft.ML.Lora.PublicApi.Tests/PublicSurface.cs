using System.Reflection;

namespace Microsoft.ML.Lora.PublicApi.Tests;

/// <summary>Everything a user of an assembly can see, as lines of text in a fixed order.</summary>
internal static class PublicSurface
{
    public static IEnumerable<string> Of(Assembly assembly) => assembly.GetExportedTypes()
        .OrderBy(type => type.FullName, StringComparer.Ordinal)
        .SelectMany(type => Of(type).Append(""))
        .Prepend("")
        .Prepend($"# {assembly.GetName().Name}");

    public static IEnumerable<string> Of(Type type)
    {
        IEnumerable<string> members = type.IsEnum
            ? Enum.GetNames(type).Select(name => $"{name} = {Enum.Format(type, Enum.Parse(type, name), "d")}")
            : new MemberSignatures(type).Lines();
        return members.Select(member => $"    {member}").Prepend(TypeSignatures.Of(type));
    }
}
