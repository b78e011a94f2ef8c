namespace Microsoft.ML;

/// <summary>Makes data views of what a source holds.</summary>
/// <typeparam name="TSource">The source.</typeparam>
public interface IDataLoader<in TSource> : ICanSaveModel
{
    /// <summary>A view of the source, read when its cursors are.</summary>
    IDataView Load(TSource input);

    /// <summary>The columns of the views.</summary>
    DataViewSchema GetOutputSchema();
}
