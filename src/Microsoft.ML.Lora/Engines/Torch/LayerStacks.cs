using TorchSharp;
using Tensor = TorchSharp.torch.Tensor;

namespace Microsoft.ML.Lora.Engines.Torch;

/// <summary>
/// Room for the adapted matrices in what is computed in: those of all L adapted layers in one tensor, and query, key and value as one matrix, since one
/// product serves the three. H hidden.
/// </summary>
internal sealed class LayerStacks : IDisposable
{
    private static readonly LoraTargets[] Others = [LoraTargets.AttentionOutput, LoraTargets.FeedForwardIn, LoraTargets.FeedForwardOut];

    private readonly Dictionary<LoraTargets, Tensor> _matrices = [];
    private readonly TorchPlace _place;

    /// <param name="groups">The updates.</param>
    /// <param name="place">The device.</param>
    public LayerStacks(IReadOnlyList<FactorGroup> groups, TorchPlace place)
    {
        _place = place;
        foreach (FactorGroup group in groups)
        {
            foreach (LoraTargets target in group.Targets.Intersect(Others))
            {
                _matrices.Add(target, Room(group, 1));
            }

            if (group.Targets.Intersect(Parts).Any())
            {
                Projections = Room(group, Parts.Length);
            }
        }
    }

    /// <summary>The matrices that <see cref="Projections"/> is made of, one above the other.</summary>
    public static LoraTargets[] Parts { get; } = [LoraTargets.Query, LoraTargets.Key, LoraTargets.Value];

    /// <summary>Query, key and value, (L, 3H, H), or <see langword="null"/> where none of them is adapted.</summary>
    public Tensor? Projections { get; }

    /// <summary>Another matrix of all layers, (L, out, in), or <see langword="null"/> where it is not adapted.</summary>
    public Tensor? Find(LoraTargets target) => _matrices.GetValueOrDefault(target);

    /// <summary>Where one of a group's matrices lies, (L, out, in). A view for the caller's dispose scope, or the room itself.</summary>
    /// <param name="group">The group.</param>
    /// <param name="target">One of its targets.</param>
    public Tensor PlaceOf(FactorGroup group, LoraTargets target) => Find(target) ?? PlaceOf(target, group.Outputs);

    /// <summary>Where one of query, key and value lies in <see cref="Projections"/>, (L, H, H). A view for the caller's dispose scope.</summary>
    /// <param name="part">Which.</param>
    /// <param name="hidden">H.</param>
    public Tensor PlaceOf(LoraTargets part, long hidden) => Projections!.narrow(1, Array.IndexOf(Parts, part) * hidden, hidden);

    /// <inheritdoc/>
    public void Dispose()
    {
        Projections?.Dispose();
        foreach (Tensor matrix in _matrices.Values)
        {
            matrix.Dispose();
        }
    }

    private Tensor Room(FactorGroup group, int parts) =>
        torch.empty([group.Layers, parts * group.Outputs, group.Inputs], _place.Compute, _place.Device).DetachFromDisposeScope();
}
