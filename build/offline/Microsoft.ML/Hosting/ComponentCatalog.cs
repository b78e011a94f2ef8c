using System.Reflection;
using Microsoft.ML.Transforms;

namespace Microsoft.ML.Runtime;

/// <summary>Knows the custom mappings that loaded models may ask for.</summary>
public sealed class ComponentCatalog
{
    private readonly Lock _lock = new();
    private readonly HashSet<string> _assemblies = [];
    private readonly Dictionary<string, Type> _factories = [];

    internal ComponentCatalog()
    {
    }

    /// <summary>Adds the classes of an assembly that carry a <see cref="CustomMappingFactoryAttributeAttribute"/>.</summary>
    /// <param name="assembly">The assembly; one that was added before is left alone.</param>
    /// <param name="throwOnError">Whether a contract name that is taken already is an error.</param>
    public void RegisterAssembly(Assembly assembly, bool throwOnError = true)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        lock (_lock)
        {
            if (!_assemblies.Add(assembly.FullName!))
                return;
            foreach (var type in assembly.GetTypes())
            {
                if (type.GetCustomAttribute<CustomMappingFactoryAttributeAttribute>() is not CustomMappingFactoryAttributeAttribute contract)
                    continue;
                if (!_factories.TryAdd(contract.ContractName, type) && throwOnError)
                    throw new InvalidOperationException(
                        $"An extension with contract '{contract.ContractName}' has already been registered in the ComponentCatalog.");
            }
        }
    }

    /// <summary>Makes the factory of a contract.</summary>
    internal object CreateFactory(string contractName)
    {
        lock (_lock)
        {
            if (_factories.TryGetValue(contractName, out var type))
                return Activator.CreateInstance(type)!;
        }
        throw new InvalidOperationException(
            $"Unable to locate an extension for the contract '{contractName}'. "
            + $"Ensure you have called {nameof(ComponentCatalog)}.{nameof(RegisterAssembly)} with the Assembly "
            + $"that contains a class decorated with a '{typeof(CustomMappingFactoryAttributeAttribute)}'.");
    }
}
