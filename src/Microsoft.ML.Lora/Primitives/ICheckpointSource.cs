namespace Microsoft.ML.Lora.Primitives;

/// <summary>Where a checkpoint's files come from: a folder, or an assembly that carries them.</summary>
internal interface ICheckpointSource
{
    /// <summary>What to call the source in a message: the folder's path, or the assembly's name.</summary>
    string Name { get; }

    /// <summary>Whether the file is there.</summary>
    bool Has(string fileName);

    /// <summary>Opens a file for reading; the caller disposes the stream.</summary>
    /// <exception cref="FileNotFoundException">The file is not there.</exception>
    Stream Open(string fileName);
}
