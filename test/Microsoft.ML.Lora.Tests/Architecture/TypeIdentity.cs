namespace Microsoft.ML.Lora.Tests.Architecture;

/// <summary>A top-level type, by the assembly it lies in. Nested types count as the type around them.</summary>
internal readonly record struct TypeIdentity(string Assembly, string Namespace, string Name)
{
    public override string ToString() => $"{Namespace}.{Name}";
}
