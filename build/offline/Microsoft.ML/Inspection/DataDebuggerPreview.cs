using System.Collections.Immutable;
using System.Reflection;

namespace Microsoft.ML.Data;

/// <summary>A copy of a view's first rows, by row and by column.</summary>
public sealed class DataDebuggerPreview
{
    internal const int DefaultRows = 100;

    private static readonly MethodInfo CreateReaderMethod =
        typeof(DataDebuggerPreview).GetMethod(nameof(CreateReader), BindingFlags.NonPublic | BindingFlags.Static)!;

    internal DataDebuggerPreview(IDataView data, int maxRows)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentOutOfRangeException.ThrowIfNegative(maxRows);
        Schema = data.Schema;
        var columns = Schema.ToArray();
        var rows = ImmutableArray.CreateBuilder<RowInfo>();
        using (var cursor = data.GetRowCursor(columns))
        {
            var readers = Array.ConvertAll(
                columns, column => (Func<object>)CreateReaderMethod.MakeGenericMethod(column.Type.RawType).Invoke(null, [cursor, column])!);
            while (rows.Count < maxRows && cursor.MoveNext())
                rows.Add(new RowInfo([.. columns.Select((column, index) => KeyValuePair.Create(column.Name, readers[index]()))]));
        }
        RowView = rows.ToImmutable();
        ColumnView = [.. columns.Select((column, index) => new ColumnInfo(column, [.. RowView.Select(row => row.Values[index].Value)]))];
    }

    /// <summary>The view's columns.</summary>
    public DataViewSchema Schema { get; }

    /// <summary>The values by column.</summary>
    public ImmutableArray<ColumnInfo> ColumnView { get; }

    /// <summary>The values by row.</summary>
    public ImmutableArray<RowInfo> RowView { get; }

    /// <inheritdoc/>
    public override string ToString() => $"{Schema.Count} columns, {RowView.Length} rows";

    private static Func<object> CreateReader<T>(DataViewRow row, DataViewSchema.Column column)
    {
        var getter = row.GetGetter<T>(column);
        return () =>
        {
            T value = default!;
            getter(ref value);
            return value!;
        };
    }

    /// <summary>The values of one row.</summary>
    public sealed class RowInfo
    {
        internal RowInfo(KeyValuePair<string, object>[] values) => Values = values;

        /// <summary>Name and value of each column.</summary>
        public KeyValuePair<string, object>[] Values { get; }

        /// <inheritdoc/>
        public override string ToString() => $"{Values.Length} columns";
    }

    /// <summary>The values of one column.</summary>
    public sealed class ColumnInfo
    {
        internal ColumnInfo(DataViewSchema.Column column, object[] values)
        {
            Column = column;
            Values = values;
        }

        /// <summary>The column.</summary>
        public DataViewSchema.Column Column { get; }

        /// <summary>Its values, one per row.</summary>
        public object[] Values { get; }

        /// <inheritdoc/>
        public override string ToString() => $"{Column.Name}: {Column.Type}";
    }
}
