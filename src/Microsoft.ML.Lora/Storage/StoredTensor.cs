namespace Microsoft.ML.Lora.Storage;

/// <summary>A tensor as a safetensors header describes it.</summary>
/// <param name="Name">The name it is stored under.</param>
/// <param name="ElementType">One of the names in <see cref="ElementTypes"/>.</param>
/// <param name="Shape">Its dimensions, outermost first; their product fits a <see cref="long"/>.</param>
/// <param name="Start">Where its bytes begin, counted from the end of the header.</param>
/// <param name="Length">Number of its bytes; agrees with shape and element type.</param>
internal sealed record StoredTensor(string Name, string ElementType, IReadOnlyList<long> Shape, long Start, long Length)
{
    /// <summary>The position behind its last byte.</summary>
    public long End => Start + Length;

    /// <summary>Number of elements.</summary>
    public long Count => Shape.Aggregate(1L, (product, dimension) => product * dimension);
}
