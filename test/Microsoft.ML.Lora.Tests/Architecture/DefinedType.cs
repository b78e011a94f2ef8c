namespace Microsoft.ML.Lora.Tests.Architecture;

/// <summary>A type that an assembly defines, with all that it names anywhere: bases, members, attributes and method bodies.</summary>
internal sealed record DefinedType(TypeIdentity Identity, bool IsPublic, IReadOnlySet<TypeIdentity> Uses);
