namespace Microsoft.ML.Data;

/// <summary>Base of the stand-in's data views: a schema, and one cursor where a set is asked for.</summary>
internal abstract class RowView : IDataView
{
    protected RowView(DataViewSchema schema) => Schema = schema;

    public DataViewSchema Schema { get; }

    public abstract bool CanShuffle { get; }

    public abstract long? GetRowCount();

    public abstract DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null);

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    /// <summary>Flags the columns that are asked for, by index.</summary>
    internal static bool[] ActiveColumns(DataViewSchema schema, IEnumerable<DataViewSchema.Column> columns)
    {
        var active = new bool[schema.Count];
        foreach (var column in columns)
        {
            if (column.Index >= schema.Count)
                throw new ArgumentOutOfRangeException(
                    nameof(columns), $"Column '{column.Name}' has index {column.Index}, but the schema has {schema.Count} columns.");
            active[column.Index] = true;
        }
        return active;
    }
}
