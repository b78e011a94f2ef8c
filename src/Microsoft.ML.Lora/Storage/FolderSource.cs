using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Storage;

/// <summary>A checkpoint in a folder.</summary>
internal sealed class FolderSource : ICheckpointSource
{
    private FolderSource(string path) => Name = path;

    /// <summary>The folder's full path.</summary>
    public string Name { get; }

    /// <summary>Names a folder as a source.</summary>
    /// <exception cref="DirectoryNotFoundException">It does not exist.</exception>
    public static FolderSource At(string path)
    {
        string folder = Path.GetFullPath(path);
        return Directory.Exists(folder)
            ? new FolderSource(folder)
            : throw new DirectoryNotFoundException(File.Exists(folder)
                ? $"The encoder folder '{folder}' is a file; give the folder that holds config.json and model.safetensors."
                : $"The encoder folder '{folder}' does not exist.");
    }

    /// <inheritdoc/>
    public bool Has(string fileName) => File.Exists(Path.Combine(Name, fileName));

    /// <inheritdoc/>
    public Stream Open(string fileName) => Has(fileName)
        ? new FileStream(Path.Combine(Name, fileName), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete)
        : throw new FileNotFoundException($"{Name} has no file '{fileName}'.", fileName);
}
