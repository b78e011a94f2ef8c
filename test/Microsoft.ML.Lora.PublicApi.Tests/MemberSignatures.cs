using System.Reflection;
using System.Runtime.CompilerServices;

namespace Microsoft.ML.Lora.PublicApi.Tests;

/// <summary>The members that a user of a type can see, one line each.</summary>
internal sealed class MemberSignatures
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private readonly NullabilityInfoContext _nullability = new();
    private readonly Type _type;
    private readonly object? _sample;

    public MemberSignatures(Type type)
    {
        _type = type;
        bool canBeMade = !type.IsAbstract && !type.ContainsGenericParameters && type.GetConstructor(Type.EmptyTypes) is not null;
        _sample = canBeMade ? Activator.CreateInstance(type) : null;
    }

    public IEnumerable<string> Lines() => Fields()
        .Concat(Constructors())
        .Concat(Properties())
        .Concat(Events())
        .Concat(Methods());

    /// <summary>Attributes of a member or type, without those the compiler writes for itself.</summary>
    public static string Attributes(MemberInfo member)
    {
        // The compiler marks constructors of types with required members, and ref structs, obsolete, for compilers that know nothing of them.
        bool isMarkedForOldCompilers = member is ConstructorInfo or Type { IsByRefLike: true } && member.IsDefined(typeof(CompilerFeatureRequiredAttribute));
        IEnumerable<string> attributes = member.GetCustomAttributesData()
            .Where(data => !(isMarkedForOldCompilers && data.AttributeType == typeof(ObsoleteAttribute)))
            .Where(data => data.AttributeType.Namespace is not ("System.Runtime.CompilerServices" or "System.Diagnostics" or "System.Reflection"))
            .Select(Attribute)
            .Order(StringComparer.Ordinal);
        return string.Concat(attributes.Select(attribute => $"[{attribute}] "));
    }

    private static string Attribute(CustomAttributeData data)
    {
        string name = TypeNames.Of(data.AttributeType).Replace("Attribute", "", StringComparison.Ordinal);
        string arguments = string.Join(", ", data.ConstructorArguments
            .Select(argument => Literals.Of(argument.ArgumentType.IsEnum ? Enum.ToObject(argument.ArgumentType, argument.Value!) : argument.Value))
            .Concat(data.NamedArguments.Select(argument => $"{argument.MemberName} = {Literals.Of(argument.TypedValue.Value)}")));
        return arguments.Length == 0 ? name : $"{name}({arguments})";
    }

    private static bool IsVisible(MethodBase? method) => method is { IsPublic: true } or { IsFamily: true } or { IsFamilyOrAssembly: true };

    private static bool IsWritten(MemberInfo member) =>
        !member.Name.Contains('<', StringComparison.Ordinal) && !member.IsDefined(typeof(CompilerGeneratedAttribute));

    private IEnumerable<string> Fields()
    {
        foreach (FieldInfo field in _type.GetFields(Declared).Where(field => field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly))
        {
            string kind = field.IsLiteral ? "const " : field.IsInitOnly ? "static readonly " : field.IsStatic ? "static " : "";
            string value = field.IsLiteral ? $" = {Literals.Of(field.GetRawConstantValue())}" : "";
            yield return $"{Attributes(field)}{(field.IsPublic ? "" : "protected ")}{kind}{TypeNames.Of(_nullability.Create(field))} {field.Name}{value}";
        }
    }

    private IEnumerable<string> Constructors() => _type.GetConstructors(Declared)
        .Where(constructor => !constructor.IsStatic && IsVisible(constructor) && IsWritten(constructor))
        .Select(constructor => $"{Attributes(constructor)}{Access(constructor)}{_type.Name.Split('`')[0]}({Parameters(constructor)})");

    private IEnumerable<string> Properties()
    {
        foreach (PropertyInfo property in _type.GetProperties(Declared).Where(property => IsWritten(property)))
        {
            MethodInfo? getter = IsVisible(property.GetMethod) ? property.GetMethod : null;
            MethodInfo? setter = IsVisible(property.SetMethod) ? property.SetMethod : null;
            if ((getter ?? setter) is not { } accessor)
            {
                continue;
            }

            bool isInit = setter?.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) == true;
            string required = property.IsDefined(typeof(RequiredMemberAttribute)) ? "required " : "";
            string name = property.GetIndexParameters().Length > 0 ? $"this[{Parameters(property.GetIndexParameters())}]" : property.Name;
            string accessors = $"{(getter is null ? "" : "get; ")}{(setter is null ? "" : isInit ? "init; " : "set; ")}";
            yield return $"{Attributes(property)}{Access(accessor)}{required}{TypeNames.Of(_nullability.Create(property))} {name} {{ {accessors}}}{Default(property, setter)}";
        }
    }

    /// <summary>What a property holds when the user, who could set it, says nothing.</summary>
    private string Default(PropertyInfo property, MethodInfo? setter)
    {
        bool canBeLeftOut = _sample is not null
            && setter is { IsStatic: false }
            && property.GetIndexParameters().Length == 0
            && !property.IsDefined(typeof(RequiredMemberAttribute));
        return canBeLeftOut && Literals.Of(property.GetValue(_sample)) is { } text ? $" = {text}" : "";
    }

    private IEnumerable<string> Events() => _type.GetEvents(Declared)
        .Where(item => IsVisible(item.AddMethod))
        .Select(item => $"{Attributes(item)}{Access(item.AddMethod!)}event {TypeNames.Of(_nullability.Create(item))} {item.Name}");

    private IEnumerable<string> Methods()
    {
        foreach (MethodInfo method in _type.GetMethods(Declared).Where(method => IsVisible(method) && IsWritten(method)))
        {
            if (method.IsSpecialName && !method.Name.StartsWith("op_", StringComparison.Ordinal))
            {
                continue;
            }

            string generics = method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(TypeNames.Of))}>" : "";
            string returns = TypeNames.Of(_nullability.Create(method.ReturnParameter));
            string reference = method.ReturnType.IsByRef ? "ref " : "";
            yield return $"{Attributes(method)}{Access(method)}{reference}{returns} {method.Name}{generics}({Parameters(method)}){Constraints(method)}";
        }
    }

    private static string Access(MethodBase method)
    {
        string visibility = method.IsPublic ? "" : "protected ";
        string kind = method.IsStatic ? "static "
            : method.DeclaringType!.IsInterface ? ""
            : method.IsAbstract ? "abstract "
            : method is MethodInfo { IsVirtual: true, IsFinal: false } info ? (info.GetBaseDefinition() == info ? "virtual " : "override ")
            : "";
        return visibility + kind;
    }

    private string Parameters(MethodBase method)
    {
        string self = method.IsDefined(typeof(ExtensionAttribute)) ? "this " : "";
        return self + Parameters(method.GetParameters());
    }

    private string Parameters(ParameterInfo[] parameters) => string.Join(", ", parameters.Select(Parameter));

    private string Parameter(ParameterInfo parameter)
    {
        string kind = parameter.IsOut ? "out "
            : parameter.IsIn ? "in "
            : parameter.ParameterType.IsByRef ? "ref "
            : parameter.IsDefined(typeof(ParamArrayAttribute)) || parameter.IsDefined(typeof(ParamCollectionAttribute)) ? "params "
            : "";
        string value = !parameter.HasDefaultValue ? ""
            : parameter.DefaultValue is null && parameter.ParameterType.IsValueType && Nullable.GetUnderlyingType(parameter.ParameterType) is null ? " = default"
            : $" = {Literals.Of(parameter.DefaultValue)}";
        return $"{kind}{TypeNames.Of(_nullability.Create(parameter))} {parameter.Name}{value}";
    }

    private static string Constraints(MethodInfo method) => method.IsGenericMethod
        ? string.Concat(method.GetGenericArguments().Select(TypeSignatures.Constraint))
        : "";
}
