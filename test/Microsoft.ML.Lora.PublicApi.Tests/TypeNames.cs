using System.Reflection;

namespace Microsoft.ML.Lora.PublicApi.Tests;

/// <summary>Types as C# writes them, with the question marks of nullable references.</summary>
internal static class TypeNames
{
    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void",
        [typeof(object)] = "object",
        [typeof(string)] = "string",
        [typeof(bool)] = "bool",
        [typeof(char)] = "char",
        [typeof(byte)] = "byte",
        [typeof(sbyte)] = "sbyte",
        [typeof(short)] = "short",
        [typeof(ushort)] = "ushort",
        [typeof(int)] = "int",
        [typeof(uint)] = "uint",
        [typeof(long)] = "long",
        [typeof(ulong)] = "ulong",
        [typeof(float)] = "float",
        [typeof(double)] = "double",
        [typeof(decimal)] = "decimal",
    };

    /// <summary>A type where nothing is known of nullability: a base type, a constraint, an attribute.</summary>
    public static string Of(Type type)
    {
        if (type.IsByRef)
        {
            return Of(type.GetElementType()!);
        }

        if (type.IsArray)
        {
            return $"{Of(type.GetElementType()!)}[{new string(',', type.GetArrayRank() - 1)}]";
        }

        return Nullable.GetUnderlyingType(type) is { } underlying
            ? $"{Of(underlying)}?"
            : Named(type, type.GetGenericArguments().Select(Of).ToArray());
    }

    /// <summary>A type as a member uses it.</summary>
    public static string Of(NullabilityInfo info)
    {
        Type type = info.Type.IsByRef ? info.Type.GetElementType()! : info.Type;
        if (Nullable.GetUnderlyingType(type) is not null)
        {
            return Of(type);
        }

        string name = type.IsArray && info.ElementType is { } element
            ? $"{Of(element)}[{new string(',', type.GetArrayRank() - 1)}]"
            : Named(type, info.GenericTypeArguments.Select(Of).ToArray());
        return info.ReadState == NullabilityState.Nullable && !type.IsValueType ? $"{name}?" : name;
    }

    private static string Named(Type type, string[] arguments)
    {
        if (Keywords.TryGetValue(type, out string? keyword))
        {
            return keyword;
        }

        string name = type.Name.Split('`')[0];
        if (type.IsNested && !type.IsGenericParameter)
        {
            name = $"{type.DeclaringType!.Name.Split('`')[0]}.{name}";
        }

        return arguments.Length == 0 ? name : $"{name}<{string.Join(", ", arguments)}>";
    }
}
