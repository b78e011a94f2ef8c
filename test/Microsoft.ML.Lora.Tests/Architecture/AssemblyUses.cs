using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Microsoft.ML.Lora.Tests.Architecture;

/// <summary>Reads from a built assembly which types its types use. Constants and nameof leave no trace there, and count for nothing.</summary>
internal sealed class AssemblyUses
{
    private readonly PEReader _image;
    private readonly MetadataReader _metadata;
    private readonly string _assembly;
    private readonly Dictionary<TypeIdentity, HashSet<TypeIdentity>> _uses = [];
    private readonly HashSet<TypeIdentity> _public = [];

    private AssemblyUses(PEReader image)
    {
        _image = image;
        _metadata = image.GetMetadataReader();
        _assembly = _metadata.GetString(_metadata.GetAssemblyDefinition().Name);
    }

    /// <summary>The types of an assembly that lie in a namespace or below it; what the compiler adds elsewhere neither is nor counts as used.</summary>
    public static IReadOnlyList<DefinedType> Read(string assemblyFile, string rootNamespace)
    {
        bool IsWritten(TypeIdentity type) => $"{type.Namespace}.".StartsWith($"{rootNamespace}.", StringComparison.Ordinal);

        using PEReader image = new(File.OpenRead(assemblyFile));
        AssemblyUses reader = new(image);
        foreach (TypeDefinitionHandle handle in reader._metadata.TypeDefinitions)
        {
            reader.ReadType(handle);
        }

        return [.. reader._uses
            .Where(entry => IsWritten(entry.Key))
            .Select(entry => new DefinedType(
                entry.Key,
                reader._public.Contains(entry.Key),
                entry.Value.Where(used => used.Assembly != reader._assembly || IsWritten(used)).ToHashSet()))
            .OrderBy(type => type.Identity.ToString(), StringComparer.Ordinal)];
    }

    private void ReadType(TypeDefinitionHandle handle)
    {
        TypeDefinition type = _metadata.GetTypeDefinition(handle);
        TypeIdentity identity = Identity(handle);
        if (type.GetDeclaringType().IsNil && type.Attributes.HasFlag(System.Reflection.TypeAttributes.Public))
        {
            _public.Add(identity);
        }

        if (!_uses.TryGetValue(identity, out HashSet<TypeIdentity>? uses))
        {
            _uses[identity] = uses = [];
        }

        UsedTypes used = new(this, uses);
        used.Add(type.BaseType);
        used.AddAttributes(type.GetCustomAttributes());
        used.AddConstraints(type.GetGenericParameters());
        foreach (InterfaceImplementationHandle implementation in type.GetInterfaceImplementations())
        {
            used.Add(_metadata.GetInterfaceImplementation(implementation).Interface);
        }

        foreach (FieldDefinitionHandle fieldHandle in type.GetFields())
        {
            FieldDefinition field = _metadata.GetFieldDefinition(fieldHandle);
            field.DecodeSignature(used, null);
            used.AddAttributes(field.GetCustomAttributes());
        }

        foreach (PropertyDefinitionHandle property in type.GetProperties())
        {
            used.AddAttributes(_metadata.GetPropertyDefinition(property).GetCustomAttributes());
        }

        foreach (MethodDefinitionHandle method in type.GetMethods())
        {
            ReadMethod(_metadata.GetMethodDefinition(method), used);
        }
    }

    private void ReadMethod(MethodDefinition method, UsedTypes used)
    {
        method.DecodeSignature(used, null);
        used.AddAttributes(method.GetCustomAttributes());
        used.AddConstraints(method.GetGenericParameters());
        foreach (ParameterHandle parameter in method.GetParameters())
        {
            used.AddAttributes(_metadata.GetParameter(parameter).GetCustomAttributes());
        }

        if (method.RelativeVirtualAddress == 0)
        {
            return;
        }

        MethodBodyBlock body = _image.GetMethodBody(method.RelativeVirtualAddress);
        used.Add(body.LocalSignature);
        foreach (ExceptionRegion region in body.ExceptionRegions)
        {
            used.Add(region.CatchType);
        }

        foreach (int token in MethodBodyTokens.Read(body.GetILReader()))
        {
            used.Add(MetadataTokens.EntityHandle(token));
        }
    }

    private TypeIdentity Identity(TypeDefinitionHandle handle)
    {
        TypeDefinition type = _metadata.GetTypeDefinition(handle);
        return type.GetDeclaringType() is { IsNil: false } outer
            ? Identity(outer)
            : new TypeIdentity(_assembly, _metadata.GetString(type.Namespace), _metadata.GetString(type.Name));
    }

    private TypeIdentity Identity(TypeReferenceHandle handle)
    {
        TypeReference type = _metadata.GetTypeReference(handle);
        return type.ResolutionScope.Kind switch
        {
            HandleKind.TypeReference => Identity((TypeReferenceHandle)type.ResolutionScope),
            HandleKind.AssemblyReference => new TypeIdentity(
                _metadata.GetString(_metadata.GetAssemblyReference((AssemblyReferenceHandle)type.ResolutionScope).Name),
                _metadata.GetString(type.Namespace),
                _metadata.GetString(type.Name)),
            _ => new TypeIdentity(_assembly, _metadata.GetString(type.Namespace), _metadata.GetString(type.Name)),
        };
    }

    /// <summary>Collects types from whatever handle or signature names them.</summary>
    private sealed class UsedTypes(AssemblyUses assembly, HashSet<TypeIdentity> found) : SignatureVisitor
    {
        private readonly MetadataReader _metadata = assembly._metadata;

        public void Add(EntityHandle handle)
        {
            if (handle.IsNil)
            {
                return;
            }

            switch (handle.Kind)
            {
                case HandleKind.TypeDefinition:
                    found.Add(assembly.Identity((TypeDefinitionHandle)handle));
                    break;
                case HandleKind.TypeReference:
                    found.Add(assembly.Identity((TypeReferenceHandle)handle));
                    break;
                case HandleKind.TypeSpecification:
                    _metadata.GetTypeSpecification((TypeSpecificationHandle)handle).DecodeSignature(this, null);
                    break;
                case HandleKind.MethodDefinition:
                    Add(_metadata.GetMethodDefinition((MethodDefinitionHandle)handle).GetDeclaringType());
                    break;
                case HandleKind.FieldDefinition:
                    Add(_metadata.GetFieldDefinition((FieldDefinitionHandle)handle).GetDeclaringType());
                    break;
                case HandleKind.MethodSpecification:
                    MethodSpecification method = _metadata.GetMethodSpecification((MethodSpecificationHandle)handle);
                    method.DecodeSignature(this, null);
                    Add(method.Method);
                    break;
                case HandleKind.MemberReference:
                    AddMember(_metadata.GetMemberReference((MemberReferenceHandle)handle));
                    break;
                case HandleKind.StandaloneSignature:
                    AddSignature(_metadata.GetStandaloneSignature((StandaloneSignatureHandle)handle));
                    break;
                default:
                    throw new NotSupportedException($"A metadata handle of kind {handle.Kind} names no type that this reader knows.");
            }
        }

        public void AddAttributes(CustomAttributeHandleCollection attributes)
        {
            foreach (CustomAttributeHandle attribute in attributes)
            {
                Add(_metadata.GetCustomAttribute(attribute).Constructor);
            }
        }

        public void AddConstraints(GenericParameterHandleCollection parameters)
        {
            foreach (GenericParameterConstraintHandle constraint in parameters.SelectMany(item => _metadata.GetGenericParameter(item).GetConstraints()))
            {
                Add(_metadata.GetGenericParameterConstraint(constraint).Type);
            }
        }

        protected override void Visit(EntityHandle type) => Add(type);

        private void AddMember(MemberReference member)
        {
            Add(member.Parent);
            if (member.GetKind() == MemberReferenceKind.Field)
            {
                member.DecodeFieldSignature(this, null);
            }
            else
            {
                member.DecodeMethodSignature(this, null);
            }
        }

        private void AddSignature(StandaloneSignature signature)
        {
            if (signature.GetKind() == StandaloneSignatureKind.LocalVariables)
            {
                signature.DecodeLocalSignature(this, null);
            }
            else
            {
                signature.DecodeMethodSignature(this, null);
            }
        }
    }
}
