using System.Reflection;

namespace Microsoft.ML.Data;

/// <summary>Reads a single column of a view.</summary>
public static class ColumnCursorExtensions
{
    private static readonly MethodInfo ReadItemsMethod =
        typeof(ColumnCursorExtensions).GetMethod(nameof(ReadItems), BindingFlags.NonPublic | BindingFlags.Static)!;

    /// <summary>The values of the column of that name, read anew by each enumeration.</summary>
    /// <typeparam name="T">The column's raw type; string for text; an array of either for a vector.</typeparam>
    public static IEnumerable<T> GetColumn<T>(this IDataView data, string columnName)
    {
        ArgumentNullException.ThrowIfNull(data);
        return GetColumn<T>(data, data.Schema[columnName]);
    }

    /// <summary>The values of the column, read anew by each enumeration.</summary>
    /// <typeparam name="T">The column's raw type; string for text; an array of either for a vector.</typeparam>
    public static IEnumerable<T> GetColumn<T>(this IDataView data, DataViewSchema.Column column)
    {
        ArgumentNullException.ThrowIfNull(data);
        var schema = data.Schema;
        if (column.Index >= schema.Count || schema[column.Index].Name != column.Name || !schema[column.Index].Type.Equals(column.Type))
        {
            throw new ArgumentOutOfRangeException(
                nameof(column),
                $"column with name {column.Name}, type {column.Type}, and index {column.Index} cannot be found in {nameof(data)}");
        }
        if (typeof(T) == column.Type.RawType)
            return Read<T, T>(data, column, value => value);
        if (typeof(T) == typeof(string) && column.Type is TextDataViewType)
            return (IEnumerable<T>)Read<ReadOnlyMemory<char>, string>(data, column, text => text.ToString());
        if (typeof(T).GetElementType() is { } item && column.Type is VectorDataViewType vector)
        {
            if (item == vector.ItemType.RawType)
                return (IEnumerable<T>)ReadItemsMethod.MakeGenericMethod(item).Invoke(null, [data, column])!;
            if (item == typeof(string) && vector.ItemType is TextDataViewType)
                return (IEnumerable<T>)Read<VBuffer<ReadOnlyMemory<char>>, string[]>(
                    data, column, texts => [.. texts.DenseValues().Select(text => text.ToString())]);
        }
        throw new ArgumentOutOfRangeException(
            nameof(column),
            $"Cannot map column (name: {column.Name}, type: {column.Type}) in {nameof(data)} to the user-defined type, {typeof(T)}.");
    }

    private static IEnumerable<TItem[]> ReadItems<TItem>(IDataView data, DataViewSchema.Column column) =>
        Read<VBuffer<TItem>, TItem[]>(data, column, items => [.. items.DenseValues()]);

    private static IEnumerable<TOut> Read<TValue, TOut>(IDataView data, DataViewSchema.Column column, Func<TValue, TOut> convert)
    {
        using var cursor = data.GetRowCursor([column]);
        var getter = cursor.GetGetter<TValue>(column);
        TValue value = default!;
        while (cursor.MoveNext())
        {
            getter(ref value);
            yield return convert(value);
        }
    }
}
