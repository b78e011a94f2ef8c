namespace Microsoft.ML.Lora.Primitives;

/// <summary>A tensor under its name, as checkpoints and adapters carry it.</summary>
internal sealed class NamedTensor
{
    /// <param name="name">The name it is stored under.</param>
    /// <param name="shape">Its dimensions, outermost first.</param>
    /// <param name="values">Row-major values. Owned by this object from here on.</param>
    /// <exception cref="ArgumentException">The number of values is not the product of the dimensions.</exception>
    public NamedTensor(string name, IReadOnlyList<int> shape, float[] values)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(values);
        int count = shape.Aggregate(1, (product, dimension) => checked(product * dimension));
        if (values.Length != count)
        {
            throw new ArgumentException($"Tensor '{name}' of shape ({string.Join(", ", shape)}) has {count} values, but {values.Length} came.", nameof(values));
        }

        Name = name;
        Shape = shape;
        Values = values;
    }

    /// <summary>The name it is stored under.</summary>
    public string Name { get; }

    /// <summary>Its dimensions, outermost first.</summary>
    public IReadOnlyList<int> Shape { get; }

    /// <summary>Row-major values.</summary>
    public float[] Values { get; }
}
