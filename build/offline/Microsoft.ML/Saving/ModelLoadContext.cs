using System.IO.Compression;
using System.Reflection;

namespace Microsoft.ML;

/// <summary>Where a transformer reads what it wrote when a model was saved.</summary>
internal sealed class ModelLoadContext
{
    private readonly ZipArchive _archive;
    private readonly string _directory;

    private ModelLoadContext(ZipArchive archive, string directory, HostEnvironment environment, BinaryReader reader)
    {
        _archive = archive;
        _directory = directory;
        Environment = environment;
        Reader = reader;
    }

    /// <summary>The environment the model is loaded into.</summary>
    internal HostEnvironment Environment { get; }

    /// <summary>Gives what the transformer wrote.</summary>
    internal BinaryReader Reader { get; }

    /// <summary>Reads a transformer, and those inside it, from below a directory of the archive.</summary>
    internal static ITransformer Load(ZipArchive archive, string directory, HostEnvironment environment) =>
        ModelArchive.Read(archive, ModelArchive.TransformerEntry(directory), reader =>
            ModelSignatures.Create(reader.ReadString(), new ModelLoadContext(archive, directory, environment, reader)));

    /// <summary>Reads a transformer that belongs to the one being read.</summary>
    /// <exception cref="TargetInvocationException">
    /// A user's factory failed; as in ML.NET, each transformer around it adds one such exception.
    /// </exception>
    internal ITransformer LoadModel(string name)
    {
        try
        {
            return Load(_archive, $"{_directory}/{name}", Environment);
        }
        catch (TargetInvocationException fault)
        {
            throw new TargetInvocationException(fault);
        }
    }

    /// <summary>Reads a number of things that follow, which must not be negative.</summary>
    internal int ReadCount()
    {
        var count = Reader.ReadInt32();
        return count >= 0 ? count : throw new FormatException(
            $"'{_directory}' of the model announces {count} items; save the model again.");
    }
}
