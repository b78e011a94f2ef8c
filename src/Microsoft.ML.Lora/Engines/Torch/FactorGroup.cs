using Microsoft.ML.Lora.Models;
using TorchSharp;
using Tensor = TorchSharp.torch.Tensor;

namespace Microsoft.ML.Lora.Engines.Torch;

/// <summary>
/// The low-rank updates of all adapted layers on matrices of one shape, as single tensors: L adapted layers, n matrices of the shape in each,
/// in × out their sizes, r the rank, M = L · n. One call of the device library serves them all.
/// </summary>
internal sealed class FactorGroup : IDisposable
{
    private readonly int _offsetOfA;
    private readonly int _offsetOfB;

    private FactorGroup(EncoderWeights encoder, AdapterPlan plan, TrainedTensors trained, TorchPlace place, LoraTargets[] targets)
    {
        int first = plan.FirstLayer(encoder.Layers.Count);
        (string a, string b) = (TrainedNames.FactorA(first, targets[0]), TrainedNames.FactorB(first, targets[0]));
        (Targets, FirstLayer, Layers, Rank) = (targets, first, encoder.Layers.Count - first, plan.Rank);
        (Inputs, Outputs) = (trained.Layout.Host[a].Shape[1], trained.Layout.Host[b].Shape[0]);
        (_offsetOfA, _offsetOfB) = (trained.Layout.OffsetOf(a), trained.Layout.OffsetOf(b));
        A = trained.Leaf(_offsetOfA, Matrices, Rank, Inputs);
        B = trained.Leaf(_offsetOfB, Matrices, Outputs, Rank);
        Frozen = Stack(encoder, place).DetachFromDisposeScope();
    }

    /// <summary>The matrices of a layer, in the order of <see cref="LoraTargets"/>'s values.</summary>
    public LoraTargets[] Targets { get; }

    /// <summary>The lowest adapted layer.</summary>
    public int FirstLayer { get; }

    /// <summary>L.</summary>
    public int Layers { get; }

    /// <summary>r.</summary>
    public int Rank { get; }

    /// <summary>Columns of a matrix.</summary>
    public int Inputs { get; }

    /// <summary>Rows of a matrix.</summary>
    public int Outputs { get; }

    /// <summary>M.</summary>
    public int Matrices => Layers * Targets.Length;

    /// <summary>A, (M, r, in), differentiated by.</summary>
    public Tensor A { get; }

    /// <summary>B, (M, out, r), differentiated by.</summary>
    public Tensor B { get; }

    /// <summary>W₀, (M, out, in), unrounded.</summary>
    public Tensor Frozen { get; }

    /// <summary>The groups of a plan. None where nothing carries an update.</summary>
    public static FactorGroup[] Of(EncoderWeights encoder, AdapterPlan plan, TrainedTensors trained, TorchPlace place) =>
        [.. trained.Layout.Kinds.Select(targets => new FactorGroup(encoder, plan, trained, place, targets))];

    /// <summary>The numbers of A's or B's in a flat buffer laid out like the weights, where they lie: (M, r, in) or (M, out, r).</summary>
    /// <param name="buffer">The buffer.</param>
    public (Tensor A, Tensor B) In(Tensor buffer) => (
        buffer.narrow(0, _offsetOfA, (long)Matrices * Rank * Inputs).view(Matrices, Rank, Inputs),
        buffer.narrow(0, _offsetOfB, (long)Matrices * Outputs * Rank).view(Matrices, Outputs, Rank));

    /// <summary>W₀ + s·BA, (M, out, in), unrounded.</summary>
    /// <param name="share">s.</param>
    public Tensor Sum(Scalar share) => Frozen.add(B.bmm(A), share); // Not baddbmm: TorchSharp 0.107 hands its operands over in another order than it documents.

    /// <summary>W₀ + s·BA of each target, (L, out, in), rounded to what is computed in.</summary>
    public Tensor[] Merged(float scaling, torch.ScalarType type)
    {
        using Scalar share = scaling;
        return Sum(share).to_type(type).view(Layers, Targets.Length, Outputs, Inputs).unbind(1);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        A.Dispose();
        B.Dispose();
        Frozen.Dispose();
    }

    private Tensor Stack(EncoderWeights encoder, TorchPlace place)
    {
        Tensor stack = torch.empty([Matrices, Outputs, Inputs], torch.ScalarType.Float32, place.Device);
        using DisposeScope scope = torch.NewDisposeScope();
        for (int i = 0; i < Matrices; i++)
        {
            place.Copy(encoder.Layers[FirstLayer + (i / Targets.Length)][Targets[i % Targets.Length]].Weight, stack.select(0, i));
        }

        return stack;
    }
}
