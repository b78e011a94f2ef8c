namespace Microsoft.ML.Data;

/// <summary>A row computed by a <see cref="RowMapping"/> from an input row, which it owns.</summary>
internal sealed class MappedRow(DataViewRow input, RowMapping mapping, MappedGetters getters) : DataViewRow
{
    public override long Position => input.Position;

    public override long Batch => input.Batch;

    public override DataViewSchema Schema => mapping.OutputSchema;

    public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

    public override bool IsColumnActive(DataViewSchema.Column column) => getters.IsActive(column);

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) =>
        getters.Get<TValue>(column);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            input.Dispose();
        base.Dispose(disposing);
    }
}

/// <summary>A cursor over rows computed by a <see cref="RowMapping"/>.</summary>
internal sealed class MappedCursor(DataViewRowCursor input, RowMapping mapping, MappedGetters getters) : ForwardingCursor(input)
{
    public override DataViewSchema Schema => mapping.OutputSchema;

    public override bool IsColumnActive(DataViewSchema.Column column) => getters.IsActive(column);

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) =>
        getters.Get<TValue>(column);
}

/// <summary>A data view whose rows are computed by a <see cref="RowMapping"/> as they are read.</summary>
internal sealed class MappedView(IDataView input, RowMapping mapping) : RowView(mapping.OutputSchema)
{
    public override bool CanShuffle => input.CanShuffle;

    public override long? GetRowCount() => input.GetRowCount();

    public override DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        var columns = columnsNeeded.ToArray();
        var cursor = input.GetRowCursor(mapping.GetDependencies(columns), rand);
        return new MappedCursor(cursor, mapping, mapping.CreateGetters(cursor, columns));
    }
}

/// <summary>The getters of a mapped row's active columns.</summary>
/// <param name="getters">One per column, null where it is not active.</param>
internal sealed class MappedGetters(Delegate?[] getters)
{
    internal bool IsActive(DataViewSchema.Column column) => getters[column.Index] is not null;

    internal ValueGetter<TValue> Get<TValue>(DataViewSchema.Column column) =>
        RowGetters.Cast<TValue>(getters[column.Index] ?? throw new InvalidOperationException(RowGetters.Inactive(column)), column);
}
