using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Models;

/// <summary>An affine map y = W x + b.</summary>
/// <param name="Weight">W, (out, in).</param>
/// <param name="Bias">b, (out).</param>
internal sealed record Affine(Matrix Weight, float[] Bias)
{
    /// <summary>Length of x.</summary>
    public int In => Weight.Columns;

    /// <summary>Length of y.</summary>
    public int Out => Weight.Rows;
}
