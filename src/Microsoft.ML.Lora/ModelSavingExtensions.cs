using Microsoft.ML.Lora.Storage;

namespace Microsoft.ML.Lora;

/// <summary>Saving that does not risk the model that is already there.</summary>
public static class ModelSavingExtensions
{
    /// <summary>
    /// Saves a model as <c>ml.Model.Save</c> does, but to a file of its own first that takes the place of <paramref name="filePath"/> when it
    /// is complete. ML.NET's own method empties the old file before it writes, so that a failure leaves neither.
    /// </summary>
    /// <param name="catalog">The catalog of model operations.</param>
    /// <param name="model">The trained model, or the pipeline it is part of.</param>
    /// <param name="inputSchema">The schema of the data it is for; <see langword="null"/> where it is not known.</param>
    /// <param name="filePath">Where to save it.</param>
    /// <exception cref="ArgumentException"><paramref name="filePath"/> is empty.</exception>
    /// <exception cref="IOException">The file cannot be written; one that was there is as it was.</exception>
    public static void SaveAtomically(this ModelOperationsCatalog catalog, ITransformer model, DataViewSchema? inputSchema, string filePath)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrEmpty(filePath);
        AtomicFile.Write(filePath, stream => catalog.Save(model, inputSchema, stream));
    }
}
