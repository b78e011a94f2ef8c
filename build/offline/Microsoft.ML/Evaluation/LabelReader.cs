namespace Microsoft.ML.Data;

/// <summary>Reads a label column as a float, as every evaluator of ML.NET does.</summary>
internal static class LabelReader
{
    /// <summary>
    /// The getter of a label: Single as it is, Double narrowed, true as 1 and false as 0, a key as its 0-based value.
    /// A missing key, or one beyond the key's count, is NaN: the row has no label.
    /// </summary>
    public static ValueGetter<float> Create(DataViewRow row, DataViewSchema.Column label)
    {
        if (label.Type.Equals(NumberDataViewType.Single))
            return row.GetGetter<float>(label);
        if (label.Type.Equals(NumberDataViewType.Double))
            return Convert<double>(row, label, value => (float)value);
        if (label.Type.Equals(BooleanDataViewType.Instance))
            return Convert<bool>(row, label, value => value ? 1 : 0);
        if (label.Type is KeyDataViewType key)
            return CreateOfKey(row, label, key);
        throw new NotSupportedException($"Label column '{label.Name}' is {label.Type}; a label is Single, Double, Boolean or a key.");
    }

    private static ValueGetter<float> CreateOfKey(DataViewRow row, DataViewSchema.Column label, KeyDataViewType key)
    {
        float ToLabel(ulong value) => value > 0 && value <= key.Count ? value - 1 : float.NaN;
        return Type.GetTypeCode(key.RawType) switch
        {
            TypeCode.Byte => Convert<byte>(row, label, value => ToLabel(value)),
            TypeCode.UInt16 => Convert<ushort>(row, label, value => ToLabel(value)),
            TypeCode.UInt32 => Convert<uint>(row, label, value => ToLabel(value)),
            _ => Convert<ulong>(row, label, ToLabel),
        };
    }

    private static ValueGetter<float> Convert<T>(DataViewRow row, DataViewSchema.Column label, Func<T, float> convert)
    {
        var getter = row.GetGetter<T>(label);
        T value = default!;
        return (ref float result) =>
        {
            getter(ref value);
            result = convert(value);
        };
    }
}
