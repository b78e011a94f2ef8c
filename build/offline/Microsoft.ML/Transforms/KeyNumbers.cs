using System.Reflection;
using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms;

/// <summary>Values and their numbers, from 1.</summary>
internal abstract class KeyNumbers
{
    /// <summary>Name of the annotation that holds the values of a key column.</summary>
    internal const string ValuesAnnotation = "KeyValues";

    private protected KeyNumbers(PrimitiveDataViewType valueType, int count)
    {
        ValueType = valueType;
        // A key type counts at least one value; where there is none to number, every row has the missing key.
        KeyType = new KeyDataViewType(typeof(uint), Math.Max(count, 1));
    }

    internal PrimitiveDataViewType ValueType { get; }

    internal KeyDataViewType KeyType { get; }

    /// <summary>Numbers the values that occur in a column.</summary>
    internal static KeyNumbers Collect(
        IDataView data, DataViewSchema.Column column, int maximum, ValueToKeyMappingEstimator.KeyOrdinality ordinality) =>
        Generic(nameof(CollectTyped), column.Type.RawType)
            .CreateDelegate<Func<IDataView, DataViewSchema.Column, int, ValueToKeyMappingEstimator.KeyOrdinality, KeyNumbers>>()(
                data, column, maximum, ordinality);

    internal static KeyNumbers Read(BinaryReader reader)
    {
        var type = ValueFormat.ReadPrimitiveType(reader);
        return Generic(nameof(ReadTyped), type.RawType).CreateDelegate<Func<BinaryReader, PrimitiveDataViewType, KeyNumbers>>()(reader, type);
    }

    internal abstract DataViewSchema.Annotations Annotations();

    internal abstract Delegate CreateGetter(DataViewRow row, DataViewSchema.Column input);

    internal abstract void Write(BinaryWriter writer);

    private static KeyNumbers<TValue> CollectTyped<TValue>(
        IDataView data, DataViewSchema.Column column, int maximum, ValueToKeyMappingEstimator.KeyOrdinality ordinality)
        where TValue : notnull
    {
        var values = new List<TValue>();
        var seen = new HashSet<TValue>(TextComparer.For<TValue>());
        using var cursor = data.GetRowCursor([column]);
        var getter = cursor.GetGetter<TValue>(column);
        TValue value = default!;
        while (values.Count < maximum && cursor.MoveNext())
        {
            getter(ref value);
            if (!MissingValues.IsMissing(value) && seen.Add(value))
                values.Add(value);
        }
        if (ordinality == ValueToKeyMappingEstimator.KeyOrdinality.ByValue)
            values.Sort(TextComparer.OrderFor<TValue>());
        return new((PrimitiveDataViewType)column.Type, [.. values]);
    }

    private static KeyNumbers<TValue> ReadTyped<TValue>(BinaryReader reader, PrimitiveDataViewType type)
        where TValue : notnull => new(type, [.. ValueFormat.ReadValues<TValue>(reader)]);

    private static MethodInfo Generic(string name, Type type) =>
        typeof(KeyNumbers).GetMethod(name, BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(type);
}

/// <summary>Values and their numbers, from 1.</summary>
internal sealed class KeyNumbers<TValue> : KeyNumbers
    where TValue : notnull
{
    private readonly TValue[] _values;
    private readonly Dictionary<TValue, uint> _numbers = new(TextComparer.For<TValue>());

    internal KeyNumbers(PrimitiveDataViewType valueType, TValue[] values) : base(valueType, values.Length)
    {
        _values = values;
        foreach (var value in values)
            _numbers.Add(value, (uint)_numbers.Count + 1);
    }

    internal override DataViewSchema.Annotations Annotations()
    {
        if (_values.Length == 0)
            return DataViewSchema.Annotations.Empty;
        var builder = new DataViewSchema.Annotations.Builder();
        var values = new VBuffer<TValue>(_values.Length, _values);
        var type = new VectorDataViewType(ValueType, _values.Length);
        builder.Add(ValuesAnnotation, type, (ref VBuffer<TValue> destination) => values.CopyTo(ref destination));
        return builder.ToAnnotations();
    }

    internal override Delegate CreateGetter(DataViewRow row, DataViewSchema.Column input)
    {
        var getter = row.GetGetter<TValue>(input);
        TValue value = default!;
        return (ValueGetter<uint>)((ref uint key) =>
        {
            getter(ref value);
            key = _numbers.GetValueOrDefault(value);
        });
    }

    internal override void Write(BinaryWriter writer)
    {
        ValueFormat.WriteType(writer, ValueType);
        ValueFormat.WriteValues(writer, _values);
    }
}
