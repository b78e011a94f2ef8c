using System.Numerics.Tensors;

namespace Microsoft.ML.Lora.Scoring;

/// <summary>Where a vector lies as seen from a mean: (x − m) / |x − m|.</summary>
internal static class Direction
{
    /// <summary>Computes the direction; a vector that is the mean has none, and gets zeros.</summary>
    /// <param name="vector">x, (hidden).</param>
    /// <param name="mean">m, (hidden).</param>
    /// <param name="direction">(hidden). Overwritten.</param>
    public static void Of(ReadOnlySpan<float> vector, ReadOnlySpan<float> mean, Span<float> direction)
    {
        TensorPrimitives.Subtract(vector, mean, direction);
        float length = TensorPrimitives.Norm(direction);
        if (length > 0)
        {
            TensorPrimitives.Divide(direction, length, direction);
        }
    }
}
