using Microsoft.ML.Data;

namespace Microsoft.ML;

public sealed partial class DataOperationsCatalog
{
    /// <summary>Objects as rows, with a column per public field and property; read again by each pass over the data.</summary>
    /// <param name="data">The objects, none of them null.</param>
    /// <param name="schemaDefinition">Names and types of the columns, if the members and their attributes do not say it.</param>
    public IDataView LoadFromEnumerable<TRow>(IEnumerable<TRow> data, SchemaDefinition? schemaDefinition = null)
        where TRow : class
    {
        ArgumentNullException.ThrowIfNull(data);
        return new EnumerableView<TRow>(data, RowColumn.Of(typeof(TRow), schemaDefinition, SchemaDefinition.Direction.Read));
    }

    /// <summary>Objects as rows, with types and annotations taken from a schema.</summary>
    public IDataView LoadFromEnumerable<TRow>(IEnumerable<TRow> data, DataViewSchema schema)
        where TRow : class
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(schema);
        return LoadFromEnumerable(data, RowColumn.DefinitionFor(typeof(TRow), schema));
    }

    /// <summary>Rows as objects, one pass over the data per enumeration.</summary>
    /// <param name="data">The rows.</param>
    /// <param name="reuseRowObject">Whether one object is filled again for each row.</param>
    /// <param name="ignoreMissingColumns">Whether members without a column keep their value instead of failing.</param>
    /// <param name="schemaDefinition">Names of the columns, if the members and their attributes do not say it.</param>
    public IEnumerable<TRow> CreateEnumerable<TRow>(
        IDataView data, bool reuseRowObject, bool ignoreMissingColumns = false, SchemaDefinition? schemaDefinition = null)
        where TRow : class, new()
    {
        ArgumentNullException.ThrowIfNull(data);
        return Enumerate(data, new RowFiller<TRow>(data.Schema, ignoreMissingColumns, schemaDefinition), reuseRowObject);
    }

    private static IEnumerable<TRow> Enumerate<TRow>(IDataView data, RowFiller<TRow> filler, bool reuseRowObject)
        where TRow : class, new()
    {
        using var cursor = data.GetRowCursor(filler.Columns);
        var fill = filler.Over(cursor);
        TRow? row = null;
        while (cursor.MoveNext())
        {
            row = reuseRowObject && row is not null ? row : new TRow();
            fill(row);
            yield return row;
        }
    }
}
