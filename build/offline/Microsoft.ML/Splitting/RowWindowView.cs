namespace Microsoft.ML.Data;

/// <summary>Consecutive rows of a view: those after the first <paramref name="skip"/>, and no more than <paramref name="take"/>.</summary>
internal sealed class RowWindowView(IDataView source, long skip, long take) : RowView(source.Schema)
{
    public override bool CanShuffle => false;

    public override long? GetRowCount() => source.GetRowCount() is long count ? Math.Min(Math.Max(0, count - skip), take) : null;

    public override DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        DataViewSchema.Column[] columns = [.. columnsNeeded];
        return new Cursor(source.GetRowCursor(columns), columns, skip, take);
    }

    private sealed class Cursor(DataViewRowCursor input, DataViewSchema.Column[] columns, long skip, long take)
        : FilterCursor(input, columns)
    {
        private long _toSkip = skip;

        protected override bool MoveNextCore()
        {
            if (Position + 1 >= take)
                return false;
            for (; _toSkip > 0; _toSkip--)
            {
                if (!Input.MoveNext())
                    return false;
            }
            return Input.MoveNext();
        }
    }
}
