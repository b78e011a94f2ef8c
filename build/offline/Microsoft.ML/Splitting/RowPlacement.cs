namespace Microsoft.ML.Data;

/// <summary>
/// Puts each row somewhere between 0 and 1, by seed: by its position, or by the value of a sampling key, so that rows with equal
/// keys come to the same place. Splits cut the line between 0 and 1 into parts.
/// </summary>
/// <remarks>
/// ML.NET does the same with another generator and another hash, so the rows that a seed picks differ. It also cuts floating-point
/// keys by their value and leaves out rows whose key is missing; here every key is hashed and every row is in some part.
/// </remarks>
internal sealed class RowPlacement
{
    /// <summary>As in ML.NET a split without any seed is still the same each time.</summary>
    private const int SeedOfNone = 42;

    private readonly DataViewSchema.Column? _key;
    private readonly ulong _seed;

    public RowPlacement(DataViewSchema schema, string? samplingKeyColumnName, int? seed)
    {
        _seed = (uint)(seed ?? SeedOfNone);
        if (samplingKeyColumnName is null)
            return;
        var key = Checks.Column(schema, samplingKeyColumnName, "SamplingKeyColumn", "samplingKeyColumn");
        if (key.Type is VectorDataViewType)
            throw Checks.NotInStandIn($"Splitting by column '{key.Name}' of type {key.Type}");
        _key = key;
    }

    /// <summary>The columns that are read.</summary>
    public IEnumerable<DataViewSchema.Column> Columns => _key is { } key ? [key] : [];

    /// <summary>The place of whatever row the cursor stands on.</summary>
    public Func<double> Bind(DataViewRowCursor row)
    {
        if (_key is not { } key)
            return () => PlaceOf((ulong)row.Position);
        return Type.GetTypeCode(key.Type.RawType) switch
        {
            TypeCode.Boolean => Bind<bool>(row, key, value => value ? 1UL : 0UL),
            TypeCode.SByte => Bind<sbyte>(row, key, value => (ulong)value),
            TypeCode.Byte => Bind<byte>(row, key, value => value),
            TypeCode.Int16 => Bind<short>(row, key, value => (ulong)value),
            TypeCode.UInt16 => Bind<ushort>(row, key, value => value),
            TypeCode.Int32 => Bind<int>(row, key, value => (ulong)value),
            TypeCode.UInt32 => Bind<uint>(row, key, value => value),
            TypeCode.Int64 => Bind<long>(row, key, value => (ulong)value),
            TypeCode.UInt64 => Bind<ulong>(row, key, value => value),
            TypeCode.Single => Bind<float>(row, key, value => BitsOf(value)),
            TypeCode.Double => Bind<double>(row, key, BitsOf),
            _ => Bind<ReadOnlyMemory<char>>(row, key, HashOf),
        };
    }

    private Func<double> Bind<T>(DataViewRow row, DataViewSchema.Column key, Func<T, ulong> bitsOf)
    {
        var getter = row.GetGetter<T>(key);
        T value = default!;
        return () =>
        {
            getter(ref value);
            return PlaceOf(bitsOf(value));
        };
    }

    /// <summary>Equal numbers, 0 and −0 among them, have equal bits.</summary>
    private static ulong BitsOf(double value) => BitConverter.DoubleToUInt64Bits(value == 0 ? 0 : value);

    /// <summary>FNV-1a over the UTF-16 code units.</summary>
    private static ulong HashOf(ReadOnlyMemory<char> text)
    {
        var hash = 0xCBF29CE484222325UL;
        foreach (var unit in text.Span)
            hash = unchecked((hash ^ unit) * 0x100000001B3UL);
        return hash;
    }

    private double PlaceOf(ulong bits) => (Mix(bits ^ Mix(_seed)) >> 11) * (1.0 / (1UL << 53));

    /// <summary>The output function of SplitMix64 (Steele, Lea and Flood, 2014).</summary>
    private static ulong Mix(ulong value)
    {
        unchecked
        {
            value += 0x9E3779B97F4A7C15UL;
            value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9UL;
            value = (value ^ (value >> 27)) * 0x94D049BB133111EBUL;
            return value ^ (value >> 31);
        }
    }
}
