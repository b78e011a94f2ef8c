namespace Microsoft.ML.Data;

/// <summary>A row's identity: stable for the same data, whatever the order in which rows are visited.</summary>
public readonly struct DataViewRowId : IComparable<DataViewRowId>, IEquatable<DataViewRowId>
{
    /// <summary>The low 64 bits.</summary>
    public readonly ulong Low;

    /// <summary>The high 64 bits.</summary>
    public readonly ulong High;

    /// <summary>Creates an identity from its halves.</summary>
    public DataViewRowId(ulong low, ulong high)
    {
        Low = low;
        High = high;
    }

    /// <inheritdoc/>
    public int CompareTo(DataViewRowId other) => (High, Low).CompareTo((other.High, other.Low));

    /// <inheritdoc/>
    public bool Equals(DataViewRowId other) => Low == other.Low && High == other.High;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is DataViewRowId other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Low, High);

    /// <inheritdoc/>
    public override string ToString() => $"{High:x16}{Low:x16}";

    /// <summary>Whether two identities are equal.</summary>
    public static bool operator ==(DataViewRowId left, DataViewRowId right) => left.Equals(right);

    /// <summary>Whether two identities differ.</summary>
    public static bool operator !=(DataViewRowId left, DataViewRowId right) => !left.Equals(right);
}
