namespace Microsoft.ML.Upstream.Tests.DataView;

/// <summary>Reads columns of a data view.</summary>
internal static class ColumnValues
{
    /// <summary>The values of the column of that name that is not hidden.</summary>
    internal static TValue[] Values<TValue>(this IDataView data, string name) => data.Values<TValue>(data.Schema[name]);

    /// <summary>The values of a column.</summary>
    internal static TValue[] Values<TValue>(this IDataView data, DataViewSchema.Column column, Random? random = null)
    {
        var values = new List<TValue>();
        using var cursor = data.GetRowCursor([column], random);
        var getter = cursor.GetGetter<TValue>(column);
        while (cursor.MoveNext())
        {
            TValue value = default!;
            getter(ref value);
            values.Add(value);
        }
        return [.. values];
    }

    /// <summary>The texts of the column of that name that is not hidden.</summary>
    internal static string[] Texts(this IDataView data, string name) =>
        [.. data.Values<ReadOnlyMemory<char>>(name).Select(text => text.ToString())];
}
