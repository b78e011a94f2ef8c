using System.Reflection;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Storage;

/// <summary>A checkpoint whose files are an assembly's embedded resources, read where the assembly lies in memory.</summary>
internal sealed class AssemblySource : ICheckpointSource
{
    private readonly Assembly _assembly;
    private readonly HashSet<string> _files;

    private AssemblySource(Assembly assembly)
    {
        _assembly = assembly;
        _files = [.. assembly.GetManifestResourceNames()];
    }

    /// <summary>The assembly's name.</summary>
    public string Name => _assembly.GetName().Name!;

    /// <summary>Finds an assembly by name, beside this one or wherever the program has its assemblies.</summary>
    /// <param name="assemblyName">Its name, without a version.</param>
    /// <param name="package">The package that brings it, for the message.</param>
    /// <exception cref="FileNotFoundException">There is no such assembly.</exception>
    public static AssemblySource Load(string assemblyName, string package)
    {
        try
        {
            return new AssemblySource(Assembly.Load(new AssemblyName(assemblyName)));
        }
        catch (FileNotFoundException exception)
        {
            throw new FileNotFoundException(
                $"The assembly '{assemblyName}' is not among the program's assemblies: "
                + $"add a reference to the package {package}, or give an encoder folder.",
                assemblyName,
                exception);
        }
    }

    /// <inheritdoc/>
    public bool Has(string fileName) => _files.Contains(fileName);

    /// <inheritdoc/>
    public Stream Open(string fileName) => _assembly.GetManifestResourceStream(fileName)
        ?? throw new FileNotFoundException($"The assembly '{Name}' has no resource '{fileName}'.", fileName);
}
