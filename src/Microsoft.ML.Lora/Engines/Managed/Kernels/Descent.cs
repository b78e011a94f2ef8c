using System.Numerics.Tensors;

namespace Microsoft.ML.Lora.Engines.Managed.Kernels;

/// <summary>A step along a direction with decoupled decay: w = (1 − rate·decay)·w − rate·Δ.</summary>
internal static class Descent
{
    /// <summary>Moves the weights.</summary>
    /// <param name="weight">Any length. Updated.</param>
    /// <param name="direction">Δ, as long as weight.</param>
    /// <param name="rate">Learning rate.</param>
    /// <param name="decay">Weight decay.</param>
    public static void Apply(Span<float> weight, ReadOnlySpan<float> direction, float rate, float decay)
    {
        Extent.Check(direction.Length, 1, weight.Length, nameof(direction));
        float kept = (float)(1 - ((double)rate * decay));
        if (kept != 1)
        {
            TensorPrimitives.Multiply(weight, kept, weight);
        }

        TensorPrimitives.MultiplyAdd(direction[..weight.Length], -rate, weight, weight);
    }
}
