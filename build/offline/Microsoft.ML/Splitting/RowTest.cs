namespace Microsoft.ML.Data;

/// <summary>Decides which rows of a view are kept.</summary>
internal abstract class RowTest
{
    /// <summary>The columns the test reads.</summary>
    public virtual IEnumerable<DataViewSchema.Column> Columns => [];

    /// <summary>Whether the test goes by the position of a row, so that the rows must come in the source's own order.</summary>
    public virtual bool NeedsSourceOrder => false;

    /// <summary>The test of whatever row the cursor stands on. The cursor has <see cref="Columns"/> active.</summary>
    public abstract Func<bool> Bind(DataViewRowCursor row);
}

/// <summary>Keeps numbers from <paramref name="lower"/> up to but not including <paramref name="upper"/>; never NaN.</summary>
/// <remarks>The column is Single or Double.</remarks>
internal sealed class RangeTest(DataViewSchema.Column column, double lower, double upper) : RowTest
{
    public override IEnumerable<DataViewSchema.Column> Columns => [column];

    public override Func<bool> Bind(DataViewRowCursor row) =>
        column.Type.Equals(NumberDataViewType.Single) ? Bind<float>(row, value => value) : Bind<double>(row, value => value);

    private Func<bool> Bind<T>(DataViewRowCursor row, Func<T, double> toDouble)
    {
        var getter = row.GetGetter<T>(column);
        T value = default!;
        return () =>
        {
            getter(ref value);
            var number = toDouble(value);
            return lower <= number && number < upper;
        };
    }
}

/// <summary>
/// Keeps the rows whose place between 0 and 1 lies from <paramref name="lower"/> up to but not including <paramref name="upper"/>,
/// or all the others.
/// </summary>
internal sealed class SplitTest(RowPlacement placement, double lower, double upper, bool isComplement) : RowTest
{
    public override IEnumerable<DataViewSchema.Column> Columns => placement.Columns;

    public override bool NeedsSourceOrder => true;

    public override Func<bool> Bind(DataViewRowCursor row)
    {
        var placeOf = placement.Bind(row);
        return () =>
        {
            var place = placeOf();
            return (lower <= place && place < upper) != isComplement;
        };
    }
}
