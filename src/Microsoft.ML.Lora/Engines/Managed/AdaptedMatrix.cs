using Microsoft.ML.Lora.Engines.Managed.Kernels;
using Microsoft.ML.Lora.Models;

namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>One matrix with a low-rank update, as the rate rule sees it.</summary>
/// <param name="Name">By <see cref="TrainedNames.Module"/>.</param>
/// <param name="A">A, (rank, in).</param>
/// <param name="B">B, (out, rank).</param>
/// <param name="FrozenNorm">‖W₀‖_F.</param>
internal sealed record AdaptedMatrix(string Name, TrainedTensor A, TrainedTensor B, double FrozenNorm)
{
    /// <summary>r.</summary>
    public int Rank => A.Shape[0];

    /// <summary>Columns of W₀.</summary>
    public int Inputs => A.Shape[1];

    /// <summary>Rows of W₀.</summary>
    public int Outputs => B.Shape[0];

    /// <summary>The matrices that a plan adapts, in the order of the layout.</summary>
    public static IEnumerable<AdaptedMatrix> Of(EncoderWeights encoder, AdapterPlan plan, TrainedLayout layout)
    {
        for (int layer = plan.FirstLayer(encoder.Layers.Count); layer < encoder.Layers.Count; layer++)
        {
            foreach (LoraTargets target in plan.EachTarget())
            {
                var frozen = encoder.Layers[layer][target].Weight;
                yield return new AdaptedMatrix(
                    TrainedNames.Module(layer, target),
                    layout[TrainedNames.FactorA(layer, target)],
                    layout[TrainedNames.FactorB(layer, target)],
                    Math.Sqrt(Norms.SumOfSquares(frozen.Values)));
            }
        }
    }
}
