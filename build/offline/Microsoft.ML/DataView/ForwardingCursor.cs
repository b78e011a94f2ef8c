namespace Microsoft.ML.Data;

/// <summary>Base of cursors that move exactly with an input cursor, which they own.</summary>
internal abstract class ForwardingCursor : DataViewRowCursor
{
    protected ForwardingCursor(DataViewRowCursor input) => Input = input;

    public sealed override long Position => Input.Position;

    public sealed override long Batch => Input.Batch;

    /// <summary>The cursor that is followed.</summary>
    protected DataViewRowCursor Input { get; }

    public sealed override bool MoveNext() => Input.MoveNext();

    public sealed override ValueGetter<DataViewRowId> GetIdGetter() => Input.GetIdGetter();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Input.Dispose();
        base.Dispose(disposing);
    }
}
