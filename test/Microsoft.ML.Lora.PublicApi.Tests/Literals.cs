using System.Collections;
using System.Globalization;

namespace Microsoft.ML.Lora.PublicApi.Tests;

/// <summary>Values as C# writes them: defaults of parameters and of init properties, arguments of attributes.</summary>
internal static class Literals
{
    /// <summary>The value's text, or null if it has none that a reader would understand.</summary>
    public static string? Of(object? value) => value switch
    {
        null => "null",
        string text => $"\"{text}\"",
        char letter => $"'{letter}'",
        bool truth => truth ? "true" : "false",
        Type type => $"typeof({TypeNames.Of(type)})",
        Enum choice => $"{choice.GetType().Name}.{choice}",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        IEnumerable items => $"[{string.Join(", ", items.Cast<object?>().Select(Of))}]",
        ValueType item when item.Equals(Activator.CreateInstance(item.GetType())) => "default",
        _ => DescribesItself(value.GetType()) ? value.ToString() : null,
    };

    private static bool DescribesItself(Type type) =>
        type.GetMethod(nameof(ToString), Type.EmptyTypes)!.DeclaringType is { } author && author != typeof(object) && author != typeof(ValueType);
}
