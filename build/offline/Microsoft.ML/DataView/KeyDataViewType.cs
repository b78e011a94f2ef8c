namespace Microsoft.ML.Data;

/// <summary>One of <see cref="Count"/> known values; 0 stands for a missing one, and the first value is 1.</summary>
public sealed class KeyDataViewType : PrimitiveDataViewType
{
    /// <summary>Creates a key type.</summary>
    /// <param name="type">byte, ushort, uint or ulong.</param>
    /// <param name="count">From 1 to the largest value of <paramref name="type"/>.</param>
    public KeyDataViewType(Type type, ulong count) : base(type)
    {
        if (!IsValidDataType(type))
            throw new ArgumentOutOfRangeException(nameof(type), $"A key must be byte, ushort, uint or ulong, but is {type}.");
        if (count == 0 || count > MaxCount(type))
            throw new ArgumentOutOfRangeException(
                nameof(count), $"A key of {type.Name} must count from 1 to {MaxCount(type)} values, but counts {count}.");
        Count = count;
    }

    /// <inheritdoc cref="KeyDataViewType(Type, ulong)"/>
    public KeyDataViewType(Type type, int count) : this(type, (ulong)Math.Max(count, 0))
    {
    }

    /// <summary>How many values there are.</summary>
    public ulong Count { get; }

    /// <summary>Whether a key can be held in the type.</summary>
    public static bool IsValidDataType(Type type) =>
        type == typeof(byte) || type == typeof(ushort) || type == typeof(uint) || type == typeof(ulong);

    /// <inheritdoc/>
    public override bool Equals(DataViewType? other) => other is KeyDataViewType key && key.RawType == RawType && key.Count == Count;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(RawType, Count);

    /// <inheritdoc/>
    public override string ToString() => $"Key<{RawType.Name}, 0-{Count - 1}>";

    private static ulong MaxCount(Type type) => Type.GetTypeCode(type) switch
    {
        TypeCode.Byte => byte.MaxValue,
        TypeCode.UInt16 => ushort.MaxValue,
        TypeCode.UInt32 => uint.MaxValue,
        _ => ulong.MaxValue,
    };
}
