namespace Microsoft.ML.Data;

/// <summary>Gives a member's column another name than the member's.</summary>
[AttributeUsage(AttributeTargets.Field | AttributeTargets.Property)]
public sealed class ColumnNameAttribute : Attribute
{
    /// <summary>Names the column.</summary>
    public ColumnNameAttribute(string name) => Name = name;

    internal string Name { get; }
}

/// <summary>Marks a member that is no column.</summary>
[AttributeUsage(AttributeTargets.Field | AttributeTargets.Property)]
public sealed class NoColumnAttribute : Attribute
{
}

/// <summary>Marks a member of an unsigned type whose values are keys, counted from 0 in the member and from 1 in the column.</summary>
[AttributeUsage(AttributeTargets.Field | AttributeTargets.Property)]
public sealed class KeyTypeAttribute : Attribute
{
    /// <summary>Marks the member.</summary>
    /// <param name="count">How many values there are.</param>
    public KeyTypeAttribute(ulong count) => Count = count;

    internal ulong Count { get; }
}

/// <summary>Gives the size of a vector member.</summary>
[AttributeUsage(AttributeTargets.Field | AttributeTargets.Property)]
public sealed class VectorTypeAttribute : Attribute
{
    /// <summary>Marks a vector whose size varies.</summary>
    public VectorTypeAttribute() : this([])
    {
    }

    /// <summary>Marks a vector of that size; 0 if it varies.</summary>
    public VectorTypeAttribute(int size) : this([size])
    {
    }

    /// <summary>Marks a vector of several dimensions; 0 marks one that varies.</summary>
    public VectorTypeAttribute(params int[] dimensions)
    {
        if (dimensions.Any(dimension => dimension < 0))
            throw new ArgumentOutOfRangeException(nameof(dimensions), "A vector's dimensions must not be negative.");
        Dimensions = dimensions;
    }

    internal int[] Dimensions { get; }
}
