using System.IO.Compression;

namespace Microsoft.ML;

/// <summary>Where a transformer writes itself when a model is saved. A transformer of a third party hands it on to built-in ones.</summary>
public sealed class ModelSaveContext : IDisposable
{
    private readonly ZipArchive _archive;
    private readonly string _directory;
    private readonly MemoryStream _content = new();
    private bool _isBegun;

    private ModelSaveContext(ZipArchive archive, string directory)
    {
        _archive = archive;
        _directory = directory;
        Writer = new BinaryWriter(_content, ModelArchive.Text, leaveOpen: true);
    }

    /// <summary>Takes what the transformer has to keep, after <see cref="Begin"/>.</summary>
    internal BinaryWriter Writer { get; }

    /// <summary>Frees the buffers.</summary>
    public void Dispose()
    {
        Writer.Dispose();
        _content.Dispose();
    }

    /// <summary>Writes a transformer, and those inside it, below a directory of the archive.</summary>
    internal static void Save(ZipArchive archive, ICanSaveModel model, string directory)
    {
        using var context = new ModelSaveContext(archive, directory);
        model.Save(context);
        if (!context._isBegun)
            throw new InvalidOperationException(
                $"ModelSignature not specified! {model.GetType()} wrote nothing: "
                + "its Save must hand the context on to a transformer that can be saved.");
        context.Writer.Flush();
        context._content.Position = 0;
        ModelArchive.Add(archive, ModelArchive.TransformerEntry(directory), context._content);
    }

    /// <summary>Names the kind of transformer that is going to be written; called once, first.</summary>
    internal void Begin(string signature)
    {
        if (_isBegun)
            throw new InvalidOperationException($"A transformer was already written to {_directory}; each needs a place of its own.");
        _isBegun = true;
        Writer.Write(signature);
    }

    /// <summary>Writes a transformer that belongs to the one being written.</summary>
    internal void SaveModel(ICanSaveModel model, string name) => Save(_archive, model, $"{_directory}/{name}");
}
