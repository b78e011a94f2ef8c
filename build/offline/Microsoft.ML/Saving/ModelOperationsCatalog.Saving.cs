namespace Microsoft.ML;

public sealed partial class ModelOperationsCatalog
{
    /// <summary>Writes a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="inputSchema">The columns of its input, given back when it is loaded; may be null.</param>
    /// <param name="stream">Takes the model; stays open.</param>
    public void Save(ITransformer model, DataViewSchema? inputSchema, Stream stream)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(stream);
        using var channel = _environment.Start("Saving model");
        using var archive = ModelArchive.Create(stream);
        ModelSaveContext.Save(archive, model, ModelArchive.RootDirectory);
        if (inputSchema is null)
            return;
        using var content = new MemoryStream();
        using var writer = new BinaryWriter(content, ModelArchive.Text);
        SchemaFormat.Write(writer, inputSchema);
        writer.Flush();
        content.Position = 0;
        ModelArchive.Add(archive, ModelArchive.SchemaEntry, content);
    }

    /// <summary>Writes a model to a file, in place of one that may be there.</summary>
    public void Save(ITransformer model, DataViewSchema? inputSchema, string filePath)
    {
        Checks.NonEmpty(filePath);
        using var stream = File.Create(filePath);
        Save(model, inputSchema, stream);
    }

    /// <summary>Reads a model.</summary>
    /// <param name="stream">A stream that can seek.</param>
    /// <param name="inputSchema">The columns of its input; null if they were not saved.</param>
    public ITransformer Load(Stream stream, out DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using var channel = _environment.Start("Loading model");
        using var archive = ModelArchive.OpenChecked(stream);
        inputSchema = archive.GetEntry(ModelArchive.SchemaEntry) is null
            ? null!
            : ModelArchive.Read(archive, ModelArchive.SchemaEntry, SchemaFormat.Read);
        return ModelLoadContext.Load(archive, ModelArchive.RootDirectory, _environment);
    }

    /// <summary>Reads a model from a file.</summary>
    public ITransformer Load(string filePath, out DataViewSchema inputSchema)
    {
        Checks.NonEmpty(filePath);
        using var stream = File.OpenRead(filePath);
        return Load(stream, out inputSchema);
    }
}
