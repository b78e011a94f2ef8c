using System.Reflection;

namespace Microsoft.ML.Data;

/// <summary>Holds the value of one column in the current row of a text loader's cursor.</summary>
internal abstract class FieldReader
{
    private static readonly MethodInfo CreateTypedMethod =
        typeof(FieldReader).GetMethod(nameof(CreateTyped), BindingFlags.NonPublic | BindingFlags.Static)!;

    /// <summary>A reader of the column.</summary>
    public static FieldReader Create(TextColumn column, TextFormat format) =>
        CreateTypedMethod.MakeGenericMethod(column.ItemType.RawType).CreateDelegate<Func<TextColumn, TextFormat, FieldReader>>()(column, format);

    /// <summary>Parses the column's fields of a row.</summary>
    /// <param name="fields">The row's fields.</param>
    /// <param name="line">The number of its line, for errors.</param>
    /// <returns>How many fields were bad and became missing values.</returns>
    /// <exception cref="FormatException">A field is bad, and its type has no missing value.</exception>
    public abstract int Read(ReadOnlySpan<ReadOnlyMemory<char>> fields, long line);

    /// <summary>A <see cref="ValueGetter{TValue}"/> of the value that was read last.</summary>
    /// <param name="checkOnRow">Throws if there is no current row.</param>
    public abstract Delegate CreateGetter(Action checkOnRow);

    private static FieldReader<T> CreateTyped<T>(TextColumn column, TextFormat format) => new(column, format);
}

/// <summary>Holds the items of a column with items of type <typeparamref name="T"/>: one, or those of a vector.</summary>
internal sealed class FieldReader<T> : FieldReader
{
    private readonly TextColumn _column;
    private readonly FieldParser<T> _parse;
    private readonly bool _hasMissingValue;
    private readonly T[] _items;

    public FieldReader(TextColumn column, TextFormat format)
    {
        _column = column;
        _parse = FieldParsers.Create<T>(column.ItemType, format.IsMissingRealNaN);
        _hasMissingValue = FieldParsers.HasMissingValue(column.ItemType);
        _items = new T[column.Fields.Length];
    }

    public override int Read(ReadOnlySpan<ReadOnlyMemory<char>> fields, long line)
    {
        var badFields = 0;
        for (var index = 0; index < _items.Length; index++)
        {
            var field = fields[_column.Fields[index]];
            if (_parse(field, out _items[index]))
                continue;
            if (!_hasMissingValue)
                throw new FormatException(
                    $"Parsing failed with an exception: Could not parse value {field} in line {line}, column {_column.Name}");
            badFields++;
        }
        return badFields;
    }

    public override Delegate CreateGetter(Action checkOnRow)
    {
        if (!_column.IsVector)
        {
            return (ValueGetter<T>)((ref T value) =>
            {
                checkOnRow();
                value = _items[0];
            });
        }
        return (ValueGetter<VBuffer<T>>)((ref VBuffer<T> value) =>
        {
            checkOnRow();
            var editor = VBufferEditor.Create(ref value, _items.Length);
            _items.CopyTo(editor.Values);
            value = editor.Commit();
        });
    }
}
