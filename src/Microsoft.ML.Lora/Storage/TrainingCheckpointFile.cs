using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Storage;

/// <summary>A training run at rest, in one file.</summary>
internal static class TrainingCheckpointFile
{
    private static readonly TensorArchive Archive = new("training checkpoint", version: 1);

    /// <summary>Writes a checkpoint in place of the last one; its folder is made where it does not exist.</summary>
    /// <exception cref="IOException">The file cannot be written; the last checkpoint is unchanged.</exception>
    public static void Write(string path, TrainingCheckpoint checkpoint) =>
        AtomicFile.Write(path, stream => Archive.Write(stream, checkpoint.Tensors, checkpoint.Facts));

    /// <summary>Reads a checkpoint.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, or not a training checkpoint.</exception>
    /// <exception cref="NotSupportedException">The file comes from another version of the library.</exception>
    public static TrainingCheckpoint Read(string path)
    {
        (IReadOnlyList<NamedTensor> tensors, Facts facts) = Archive.Read(File.OpenRead(path), path);
        return new(tensors, facts);
    }
}
