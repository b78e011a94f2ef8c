namespace Microsoft.ML.Data;

/// <summary>The rows of a view that pass a test, in the view's order.</summary>
internal sealed class FilteredView(IDataView source, RowTest test) : RowView(source.Schema)
{
    public override bool CanShuffle => !test.NeedsSourceOrder && source.CanShuffle;

    public override long? GetRowCount() => null;

    public override DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        DataViewSchema.Column[] columns = [.. columnsNeeded];
        var input = source.GetRowCursor(columns.Concat(test.Columns).DistinctBy(column => column.Index), CanShuffle ? rand : null);
        return new Cursor(input, columns, test.Bind(input));
    }

    private sealed class Cursor(DataViewRowCursor input, DataViewSchema.Column[] columns, Func<bool> passes) : FilterCursor(input, columns)
    {
        protected override bool MoveNextCore()
        {
            while (Input.MoveNext())
            {
                if (passes())
                    return true;
            }
            return false;
        }
    }
}
