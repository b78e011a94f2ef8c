namespace Microsoft.ML.Data;

/// <summary>Base of cursors that pass on some of the rows of an input cursor, which they own.</summary>
/// <remarks>The schema is the input's; the active columns of the input may be more than those asked for here.</remarks>
internal abstract class FilterCursor : RootCursor
{
    protected FilterCursor(DataViewRowCursor input, IEnumerable<DataViewSchema.Column> columnsNeeded) : base(input.Schema, columnsNeeded) =>
        Input = input;

    public sealed override long Batch => Input.Batch;

    /// <summary>The cursor that is filtered.</summary>
    protected DataViewRowCursor Input { get; }

    public sealed override ValueGetter<DataViewRowId> GetIdGetter() => Input.GetIdGetter();

    protected sealed override Delegate CreateGetter(DataViewSchema.Column column) => RowGetters.Of(Input, column);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Input.Dispose();
        base.Dispose(disposing);
    }
}
