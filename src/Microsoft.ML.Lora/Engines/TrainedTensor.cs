namespace Microsoft.ML.Lora.Engines;

/// <summary>Where one trained tensor lies in the flat buffers of weights, gradients and moments.</summary>
/// <param name="Name">Its name, by <see cref="Models.TrainedNames"/>.</param>
/// <param name="Shape">Its dimensions: (rows, columns), or (length).</param>
/// <param name="Role">What it is part of.</param>
/// <param name="Offset">Where its values begin.</param>
internal sealed record TrainedTensor(string Name, IReadOnlyList<int> Shape, TrainedRole Role, int Offset)
{
    /// <summary>Number of values.</summary>
    public int Length { get; } = Shape.Aggregate(1, (product, dimension) => checked(product * dimension));

    /// <summary>Its values in one of the flat buffers.</summary>
    public Memory<float> In(Memory<float> buffer) => buffer.Slice(Offset, Length);

    /// <summary>Its values in one of the flat buffers.</summary>
    public Span<float> In(Span<float> buffer) => buffer.Slice(Offset, Length);
}
