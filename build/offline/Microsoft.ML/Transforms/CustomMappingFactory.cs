using System.Reflection;

namespace Microsoft.ML.Transforms;

/// <summary>Marks a factory of a custom mapping, which a saved model finds by its contract name.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class CustomMappingFactoryAttributeAttribute : Attribute
{
    /// <summary>Marks the factory.</summary>
    /// <param name="contractName">The name given to the mapping when its estimator was made.</param>
    public CustomMappingFactoryAttributeAttribute(string contractName) => ContractName = contractName;

    /// <summary>The name given to the mapping when its estimator was made.</summary>
    public string ContractName { get; }
}

/// <summary>Makes the function of a custom mapping when a model is loaded.</summary>
public abstract class CustomMappingFactory<TSrc, TDst> : ICustomMappingFactory
    where TSrc : class, new()
    where TDst : class, new()
{
    /// <summary>The function, made anew for each model that is loaded.</summary>
    public abstract Action<TSrc, TDst> GetMapping();

    ITransformer ICustomMappingFactory.CreateTransformer(string contractName) =>
        new CustomMappingTransformer<TSrc, TDst>(GetMapping(), contractName, inputDefinition: null, outputDefinition: null);
}

/// <summary>Makes the transformer of a custom mapping, whatever its row types.</summary>
internal interface ICustomMappingFactory
{
    ITransformer CreateTransformer(string contractName);
}

/// <summary>What a model keeps of a custom mapping: the contract's name and the assembly in which its factory is.</summary>
internal static class CustomMappingContract
{
    internal static void Save(ModelSaveContext context, string contractName, Assembly assembly)
    {
        context.Begin(ModelSignatures.CustomMapping);
        context.Writer.Write(contractName);
        context.Writer.Write(assembly.FullName!);
    }

    /// <exception cref="TargetInvocationException">The user's factory failed.</exception>
    internal static ITransformer Load(ModelLoadContext context)
    {
        var contractName = context.Reader.ReadString();
        var catalog = context.Environment.ComponentCatalog;
        catalog.RegisterAssembly(Assembly.Load(context.Reader.ReadString()));
        var factory = catalog.CreateFactory(contractName) as ICustomMappingFactory ?? throw new InvalidOperationException(
            $"The class with contract '{contractName}' must derive from '{typeof(CustomMappingFactory<,>).FullName}'.");
        try
        {
            return factory.CreateTransformer(contractName);
        }
        catch (Exception fault)
        {
            throw new TargetInvocationException(fault);
        }
    }
}
