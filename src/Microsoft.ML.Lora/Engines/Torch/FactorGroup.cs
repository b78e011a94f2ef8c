using Microsoft.ML.Lora.Models;
using TorchSharp;
using Tensor = TorchSharp.torch.Tensor;

namespace Microsoft.ML.Lora.Engines.Torch;

/// <summary>
/// The low-rank updates of all adapted layers on matrices of one shape, as single tensors: L adapted layers, n matrices of the shape in each,
/// in × out their sizes, r the rank. One call of the device library serves them all.
/// </summary>
internal sealed class FactorGroup : IDisposable
{
    private readonly long[] _sizesOfA;
    private readonly long[] _sizesOfB;
    private readonly long[] _stridesOfA;
    private readonly long[] _stridesOfB;
    private readonly long _offsetOfA;
    private readonly long _offsetOfB;

    private FactorGroup(EncoderWeights encoder, AdapterPlan plan, TrainedTensors trained, TorchPlace place, LoraTargets[] targets)
    {
        TrainedLayout layout = trained.Layout;
        int first = plan.FirstLayer(encoder.Layers.Count);
        int layers = encoder.Layers.Count - first;
        TrainedTensor a = layout[TrainedNames.FactorA(first, targets[0])];
        TrainedTensor b = layout[TrainedNames.FactorB(first, targets[0])];
        (int rank, int inputs, int outputs) = (a.Shape[0], a.Shape[1], b.Shape[0]);
        long pair = a.Length + b.Length;
        long layer = layers > 1 ? layout[TrainedNames.FactorA(first + 1, targets[0])].Offset - a.Offset : pair * targets.Length;
        (Targets, FirstLayer, Layers, Rank, Inputs, Outputs) = (targets, first, layers, rank, inputs, outputs);
        (_sizesOfA, _stridesOfA, _offsetOfA) = ([layers, targets.Length, rank, inputs], [layer, pair, inputs, 1], a.Offset);
        (_sizesOfB, _stridesOfB, _offsetOfB) = ([layers, targets.Length, outputs, rank], [layer, pair, rank, 1], b.Offset);
        A = trained.Leaf(_sizesOfA, _stridesOfA, _offsetOfA);
        B = trained.Leaf(_sizesOfB, _stridesOfB, _offsetOfB);
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

    /// <summary>L · n.</summary>
    public int Matrices => Layers * Targets.Length;

    /// <summary>A, (L, n, r, in), differentiated by.</summary>
    public Tensor A { get; }

    /// <summary>B, (L, n, out, r), differentiated by.</summary>
    public Tensor B { get; }

    /// <summary>W₀, (L, n, out, in), unrounded.</summary>
    public Tensor Frozen { get; }

    /// <summary>The groups of a plan. None where nothing carries an update.</summary>
    public static FactorGroup[] Of(EncoderWeights encoder, AdapterPlan plan, TrainedTensors trained, TorchPlace place)
    {
        LoraTargets[] square = [.. plan.EachTarget().Where(target => target is not (LoraTargets.FeedForwardIn or LoraTargets.FeedForwardOut))];
        LoraTargets[][] kinds = [square, .. plan.EachTarget().Except(square).Select(target => new[] { target })];
        return [.. kinds.Where(targets => targets.Length > 0).Select(targets => new FactorGroup(encoder, plan, trained, place, targets))];
    }

    /// <summary>The numbers of A's or B's in a flat buffer laid out like the weights, matrix by matrix: (L · n, r, in) or (L · n, out, r).</summary>
    /// <param name="buffer">The buffer.</param>
    public (Tensor A, Tensor B) In(Tensor buffer) =>
        (Merge(buffer.as_strided(_sizesOfA, _stridesOfA, _offsetOfA)), Merge(buffer.as_strided(_sizesOfB, _stridesOfB, _offsetOfB)));

    /// <summary>Adds to A's and B's of a flat buffer. What is added is given matrix by matrix, as by <see cref="In"/>.</summary>
    public void Add(Tensor buffer, Tensor toA, Tensor toB)
    {
        buffer.as_strided(_sizesOfA, _stridesOfA, _offsetOfA).add_(toA.view(_sizesOfA));
        buffer.as_strided(_sizesOfB, _stridesOfB, _offsetOfB).add_(toB.view(_sizesOfB));
    }

    /// <summary>Sets A's and B's of a flat buffer, given matrix by matrix.</summary>
    public void Set(Tensor buffer, Tensor a, Tensor b)
    {
        buffer.as_strided(_sizesOfA, _stridesOfA, _offsetOfA).copy_(a.view(_sizesOfA));
        buffer.as_strided(_sizesOfB, _stridesOfB, _offsetOfB).copy_(b.view(_sizesOfB));
    }

    /// <summary>W₀ + s·BA of each target, (L, out, in), rounded to what is computed in.</summary>
    public Tensor[] Merged(float scaling, torch.ScalarType type)
    {
        long[] sizes = [Layers, Targets.Length, Outputs, Inputs];

        // Not baddbmm: TorchSharp 0.107 hands its operands over in another order than it documents.
        return Frozen.add(Merge(B).bmm(Merge(A)).view(sizes), scaling).to_type(type).unbind(1);
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
        Tensor stack = torch.empty([Layers, Targets.Length, Outputs, Inputs], torch.ScalarType.Float32, place.Device);
        using DisposeScope scope = torch.NewDisposeScope();
        for (int layer = 0; layer < Layers; layer++)
        {
            Tensor[] matrices = stack.select(0, layer).unbind(0);
            for (int i = 0; i < Targets.Length; i++)
            {
                using Tensor host = torch.from_array(encoder.Layers[FirstLayer + layer][Targets[i]].Weight.Values);
                matrices[i].copy_(host.view(Outputs, Inputs));
            }
        }

        return stack;
    }

    private static Tensor Merge(Tensor tensor) => tensor.flatten(0, 1);
}
