using System.Reflection;

namespace Microsoft.ML.Lora.PublicApi.Tests;

/// <summary>The line that opens a type: kind, name, bases and constraints.</summary>
internal static class TypeSignatures
{
    public static string Of(Type type)
    {
        string generics = string.Concat(type.GetGenericArguments().Select(Constraint));
        return $"{MemberSignatures.Attributes(type)}{Kind(type)} {type.Namespace}.{TypeNames.Of(type)}{Bases(type)}{generics}";
    }

    /// <summary>The where clause of a generic parameter, empty if it has none.</summary>
    public static string Constraint(Type parameter)
    {
        GenericParameterAttributes attributes = parameter.GenericParameterAttributes;
        List<string> constraints = [.. parameter.GetGenericParameterConstraints().Where(type => type != typeof(ValueType)).Select(TypeNames.Of)];
        if (attributes.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint))
        {
            constraints.Insert(0, "struct");
        }
        else if (attributes.HasFlag(GenericParameterAttributes.DefaultConstructorConstraint))
        {
            constraints.Add("new()");
        }

        if (attributes.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint))
        {
            constraints.Insert(0, "class");
        }

        return constraints.Count == 0 ? "" : $" where {parameter.Name} : {string.Join(", ", constraints)}";
    }

    private static string Kind(Type type)
    {
        bool isRecord = type.GetMethod("<Clone>$") is not null
            || (type.IsValueType && type.GetMethod("PrintMembers", BindingFlags.Instance | BindingFlags.NonPublic) is not null);
        return type switch
        {
            { IsEnum: true } => "enum",
            { IsInterface: true } => "interface",
            { IsValueType: true } => $"{(type.IsByRefLike ? "ref " : "")}{(isRecord ? "record struct" : "struct")}",
            { BaseType: { } parent } when parent == typeof(MulticastDelegate) => "delegate",
            { IsAbstract: true, IsSealed: true } => "static class",
            _ => $"{(type.IsAbstract ? "abstract " : type.IsSealed ? "sealed " : "")}{(isRecord ? "record" : "class")}",
        };
    }

    private static string Bases(Type type)
    {
        if (type.IsEnum)
        {
            return Enum.GetUnderlyingType(type) == typeof(int) ? "" : $" : {TypeNames.Of(Enum.GetUnderlyingType(type))}";
        }

        IEnumerable<Type> parents = type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType) && parent != typeof(MulticastDelegate)
            ? [parent]
            : [];
        IEnumerable<string> interfaces = type.GetInterfaces()
            .Where(contract => contract.IsVisible && contract.Name != "IEquatable`1")
            .Select(TypeNames.Of)
            .Order(StringComparer.Ordinal);
        string bases = string.Join(", ", parents.Select(TypeNames.Of).Concat(interfaces));
        return bases.Length == 0 ? "" : $" : {bases}";
    }
}
