using System.Collections;

namespace Microsoft.ML;

/// <summary>The columns of a data view. A later column hides an earlier one of the same name.</summary>
public sealed partial class DataViewSchema : IReadOnlyList<DataViewSchema.Column>
{
    private readonly Column[] _columns;
    private readonly Dictionary<string, int> _indexOfName = [];

    private DataViewSchema(IReadOnlyList<DetachedColumn> columns)
    {
        for (var index = 0; index < columns.Count; index++)
            _indexOfName[columns[index].Name] = index;
        _columns = [.. columns.Select((column, index) => new Column(column, index, _indexOfName[column.Name] != index))];
    }

    /// <summary>The number of columns, hidden ones included.</summary>
    public int Count => _columns.Length;

    /// <summary>The column of that name that is not hidden.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is none.</exception>
    public Column this[string name] =>
        GetColumnOrNull(name) ?? throw new ArgumentOutOfRangeException(nameof(name), $"Column '{name}' not found");

    /// <summary>The column at that index.</summary>
    public Column this[int columnIndex] => (uint)columnIndex < (uint)_columns.Length
        ? _columns[columnIndex]
        : throw new ArgumentOutOfRangeException(
            nameof(columnIndex), $"The schema has {Count} columns, but column {columnIndex} was asked for.");

    /// <summary>The column of that name that is not hidden, or null.</summary>
    public Column? GetColumnOrNull(string name)
    {
        if (string.IsNullOrEmpty(name))
            throw new ArgumentNullException(nameof(name));
        return _indexOfName.TryGetValue(name, out var index) ? _columns[index] : null;
    }

    /// <inheritdoc/>
    public IEnumerator<Column> GetEnumerator() => _columns.AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() => $"{Count} columns";
}
