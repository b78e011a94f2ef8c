using Microsoft.ML.Lora.Models;
using TorchSharp;
using Tensor = TorchSharp.torch.Tensor;

namespace Microsoft.ML.Lora.Engines.Torch;

/// <summary>
/// The matrices of all adapted layers with their updates merged in, W₀ + s·BA, in tensors that stay where they are from step to step. L layers,
/// H hidden.
/// </summary>
internal sealed class MergedStacks : IDisposable
{
    private static readonly LoraTargets[] Parts = [LoraTargets.Query, LoraTargets.Key, LoraTargets.Value];

    private readonly IReadOnlyList<FactorGroup> _groups;
    private readonly float _scaling;
    private readonly Tensor? _projections;
    private readonly Dictionary<LoraTargets, Tensor> _matrices = [];

    /// <param name="groups">The updates.</param>
    /// <param name="frozen">Has the matrices without them.</param>
    /// <param name="plan">What is adapted.</param>
    /// <param name="firstLayer">The lowest adapted layer.</param>
    /// <param name="place">The device.</param>
    public MergedStacks(IReadOnlyList<FactorGroup> groups, FrozenTensors frozen, AdapterPlan plan, int firstLayer, TorchPlace place)
    {
        (_groups, _scaling) = (groups, plan.Scaling);
        using DisposeScope scope = torch.NewDisposeScope();
        using IDisposable plain = torch.no_grad();
        LoraTargets[] targets = [.. groups.SelectMany(group => group.Targets)];
        if (targets.Intersect(Parts).Any())
        {
            _projections = torch.cat([.. Parts.Select(part => frozen.Stack(part, firstLayer))], 1).DetachFromDisposeScope();
        }

        foreach (FactorGroup group in groups)
        {
            foreach (LoraTargets target in group.Targets.Except(Parts))
            {
                _matrices.Add(target, torch.empty([group.Layers, group.Outputs, group.Inputs], place.Compute, place.Device).DetachFromDisposeScope());
            }
        }
    }

    /// <summary>The query, key and value projections as one, (L, 3H, H), or <see langword="null"/> where none of them is adapted.</summary>
    public Tensor? Projections => _projections;

    /// <summary>One matrix of all layers, (L, out, in), or <see langword="null"/> where it is not adapted or is one of <see cref="Projections"/>.</summary>
    public Tensor? Find(LoraTargets target) => _matrices.GetValueOrDefault(target);

    /// <summary>Merges the updates as they are now.</summary>
    public void Merge()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using IDisposable plain = torch.no_grad();
        using Scalar share = _scaling;
        foreach (FactorGroup group in _groups)
        {
            // Not baddbmm: TorchSharp 0.107 hands its operands over in another order than it documents.
            Tensor merged = group.Frozen.add(group.B.bmm(group.A), share).view(group.Layers, group.Targets.Length, group.Outputs, group.Inputs);
            for (int i = 0; i < group.Targets.Length; i++)
            {
                PlaceOf(group.Targets[i], group.Outputs).copy_(merged.select(1, i));
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _projections?.Dispose();
        foreach (Tensor matrix in _matrices.Values)
        {
            matrix.Dispose();
        }
    }

    private Tensor PlaceOf(LoraTargets target, int outputs)
    {
        int part = Array.IndexOf(Parts, target);
        return part < 0 ? _matrices[target] : _projections!.narrow(1, (long)part * outputs, outputs);
    }
}
