using System.Reflection;
using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms;

/// <summary>A table from keys to values, both of primitive types.</summary>
internal abstract class ValueTable
{
    private protected ValueTable(PrimitiveDataViewType keyType, PrimitiveDataViewType valueType)
    {
        KeyType = keyType;
        ValueType = valueType;
    }

    internal PrimitiveDataViewType ValueType { get; }

    private protected PrimitiveDataViewType KeyType { get; }

    /// <summary>A table of .NET values, in which strings are text.</summary>
    internal static ValueTable Create<TKey, TValue>(IEnumerable<KeyValuePair<TKey, TValue>> pairs)
    {
        var table = Empty(ColumnTypes.Primitive(typeof(TKey)), ColumnTypes.Primitive(typeof(TValue)));
        foreach (var (key, value) in pairs)
            table.Add(AsValue(key), AsValue(value));
        return table;
    }

    internal static ValueTable Read(BinaryReader reader)
    {
        var table = Empty(ValueFormat.ReadPrimitiveType(reader), ValueFormat.ReadPrimitiveType(reader));
        table.ReadRows(reader);
        return table;
    }

    internal abstract Delegate CreateGetter(DataViewRow row, DataViewSchema.Column input);

    internal abstract void Write(BinaryWriter writer);

    private protected abstract void Add(object key, object value);

    private protected abstract void ReadRows(BinaryReader reader);

    private static ValueTable Empty(PrimitiveDataViewType keyType, PrimitiveDataViewType valueType) =>
        (ValueTable)Activator.CreateInstance(
            typeof(ValueTable<,>).MakeGenericType(keyType.RawType, valueType.RawType),
            BindingFlags.Instance | BindingFlags.NonPublic, null, [keyType, valueType], null)!;

    private static object AsValue<T>(T value) => value switch
    {
        string text => text.AsMemory(),
        null => throw new ArgumentException("A table of values must not hold null.", nameof(value)),
        _ => value,
    };
}

/// <summary>A table from keys to values.</summary>
internal sealed class ValueTable<TKey, TValue> : ValueTable
    where TKey : notnull
{
    private readonly Dictionary<TKey, TValue> _values = new(TextComparer.For<TKey>());

    internal ValueTable(PrimitiveDataViewType keyType, PrimitiveDataViewType valueType) : base(keyType, valueType)
    {
    }

    internal override Delegate CreateGetter(DataViewRow row, DataViewSchema.Column input)
    {
        var getter = row.GetGetter<TKey>(input);
        TKey key = default!;
        return (ValueGetter<TValue>)((ref TValue value) =>
        {
            getter(ref key);
            value = _values.GetValueOrDefault(key)!;
        });
    }

    internal override void Write(BinaryWriter writer)
    {
        ValueFormat.WriteType(writer, KeyType);
        ValueFormat.WriteType(writer, ValueType);
        writer.Write(_values.Count);
        foreach (var (key, value) in _values)
        {
            ValueFormat.WriteValue(writer, key);
            ValueFormat.WriteValue(writer, value);
        }
    }

    private protected override void ReadRows(BinaryReader reader)
    {
        for (var left = reader.ReadInt32(); left > 0; left--)
            Add(ValueFormat.ReadValue<TKey>(reader), ValueFormat.ReadValue<TValue>(reader)!);
    }

    private protected override void Add(object key, object value)
    {
        if (!_values.TryAdd((TKey)key, (TValue)value))
            throw new InvalidOperationException($"Duplicate keys in data '{key}'");
    }
}
