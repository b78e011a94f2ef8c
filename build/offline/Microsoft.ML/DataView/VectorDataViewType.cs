using System.Collections.Immutable;

namespace Microsoft.ML.Data;

/// <summary>A vector of primitive values, dense or sparse, of fixed or varying length.</summary>
public sealed class VectorDataViewType : StructuredDataViewType
{
    /// <summary>Creates a vector type with one dimension.</summary>
    /// <param name="itemType">Type of the items.</param>
    /// <param name="size">Number of items; 0 if it varies.</param>
    public VectorDataViewType(PrimitiveDataViewType itemType, int size = 0) : this(itemType, [size])
    {
    }

    /// <summary>Creates a vector type with several dimensions; 0 marks one that varies.</summary>
    public VectorDataViewType(PrimitiveDataViewType itemType, params int[] dimensions) : base(RawTypeOf(itemType))
    {
        if (dimensions is null || dimensions.Length == 0 || dimensions.Any(dimension => dimension < 0))
            throw new ArgumentOutOfRangeException(nameof(dimensions), "A vector type needs at least one dimension, none of them negative.");
        ItemType = itemType;
        Dimensions = [.. dimensions];
        Size = dimensions.Aggregate(1, (product, dimension) => checked(product * dimension));
    }

    /// <summary>Type of the items.</summary>
    public PrimitiveDataViewType ItemType { get; }

    /// <summary>The dimensions; 0 marks one that varies.</summary>
    public ImmutableArray<int> Dimensions { get; }

    /// <summary>Number of items; 0 if it varies.</summary>
    public int Size { get; }

    /// <summary>Whether all values have the same number of items.</summary>
    public bool IsKnownSize => Size > 0;

    /// <inheritdoc/>
    public override bool Equals(DataViewType? other) =>
        other is VectorDataViewType vector && vector.ItemType.Equals(ItemType) && vector.Dimensions.SequenceEqual(Dimensions);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(ItemType, Size, Dimensions.Length);

    /// <inheritdoc/>
    public override string ToString() => Dimensions.Length == 1
        ? IsKnownSize ? $"Vector<{ItemType}, {Size}>" : $"Vector<{ItemType}>"
        : $"Vector<{ItemType}, {string.Join(", ", Dimensions.Select(dimension => dimension > 0 ? $"{dimension}" : "*"))}>";

    private static Type RawTypeOf(PrimitiveDataViewType itemType)
    {
        ArgumentNullException.ThrowIfNull(itemType);
        return typeof(VBuffer<>).MakeGenericType(itemType.RawType);
    }
}
