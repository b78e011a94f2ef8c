namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>What one bottleneck's forward pass leaves for its backward pass. M rows, H hidden, m width.</summary>
internal sealed class BottleneckActivations
{
    /// <summary>What came in, (M, H).</summary>
    public Memory<float> Input { get; private set; }

    /// <summary>The input normalised, (M, H); nothing where the bottleneck has no normalisation of its own.</summary>
    public Memory<float> Normal { get; private set; }

    /// <summary>Mean of each row of <see cref="Input"/>, (M), where it is normalised.</summary>
    public Memory<float> Mean { get; private set; }

    /// <summary>Inverse standard deviation of each row of <see cref="Input"/>, (M), where it is normalised.</summary>
    public Memory<float> Inverse { get; private set; }

    /// <summary>The narrow part before its non-linearity, (M, m).</summary>
    public Memory<float> Preactivation { get; private set; }

    /// <summary>The narrow part behind its non-linearity, (M, m).</summary>
    public Memory<float> Activated { get; private set; }

    /// <summary>Takes the memory for some rows.</summary>
    /// <param name="arena">Where from.</param>
    /// <param name="rows">M.</param>
    /// <param name="hidden">H.</param>
    /// <param name="size">m.</param>
    /// <param name="normalizes">Whether the bottleneck has a normalisation of its own.</param>
    public void Take(Arena arena, long rows, int hidden, int size, bool normalizes)
    {
        Input = arena.Take(rows * hidden);
        Normal = arena.Take(normalizes ? rows * hidden : 0);
        Mean = arena.Take(normalizes ? rows : 0);
        Inverse = arena.Take(normalizes ? rows : 0);
        Preactivation = arena.Take(rows * size);
        Activated = arena.Take(rows * size);
    }
}
