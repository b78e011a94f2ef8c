namespace Microsoft.ML.Data;

/// <summary>
/// Loads lines of separated fields. A field that is empty or missing is the default of its type; fields beyond those asked for are
/// ignored. Empty lines and lines that begin with // are no rows, nor are lines that begin with # before the first row or heading.
/// </summary>
/// <remarks>Unlike ML.NET's it reads on the calling thread, and it does not name the slots of vectors after the heading.</remarks>
public sealed partial class TextLoader : IDataLoader<IMultiStreamSource>
{
    private readonly HostEnvironment _environment;
    private readonly TextFormat _format;

    internal TextLoader(HostEnvironment environment, Options options)
    {
        _environment = environment;
        _format = new TextFormat(options);
    }

    /// <inheritdoc/>
    public DataViewSchema GetOutputSchema() => _format.Schema;

    /// <inheritdoc/>
    public IDataView Load(IMultiStreamSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return new TextView(_environment, _format, source);
    }

    void ICanSaveModel.Save(ModelSaveContext ctx) => throw Checks.NotInStandIn($"{nameof(TextLoader)}.{nameof(ICanSaveModel.Save)}");
}
