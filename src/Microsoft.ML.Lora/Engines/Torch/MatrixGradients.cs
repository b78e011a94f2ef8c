using TorchSharp;
using Tensor = TorchSharp.torch.Tensor;

namespace Microsoft.ML.Lora.Engines.Torch;

/// <summary>
/// Room for the gradients of the adapted matrices and of no others, in what is computed in: those of a group in one tensor, matrix by matrix in the
/// group's own order, so that one product serves them all.
/// </summary>
internal sealed class MatrixGradients : IDisposable
{
    private static readonly LoraTargets[] Others = [LoraTargets.AttentionOutput, LoraTargets.FeedForwardIn, LoraTargets.FeedForwardOut];

    private readonly IReadOnlyList<FactorGroup> _groups;
    private readonly Tensor[] _rooms;
    private readonly Tensor _nothing;

    /// <param name="groups">The updates.</param>
    /// <param name="place">The device.</param>
    public MatrixGradients(IReadOnlyList<FactorGroup> groups, TorchPlace place)
    {
        _groups = groups;
        _rooms = [.. groups.Select(group => torch.empty([group.Matrices, group.Outputs, group.Inputs], place.Compute, place.Device).DetachFromDisposeScope())];
        int layers = groups.Count == 0 ? 0 : groups[0].Layers;
        _nothing = torch.empty([0], place.Compute, place.Device).DetachFromDisposeScope();
        Wanted = [.. Enumerable.Range(0, layers).SelectMany(Layer)];
        LoraTargets[] adapted = [.. groups.SelectMany(group => group.Targets)];
        int[] parts = [.. Enumerable.Range(0, LayerStacks.Parts.Length).Where(part => adapted.Contains(LayerStacks.Parts[part]))];
        Parts = new ProjectionParts(parts.FirstOrDefault(), parts.Length > 1 ? parts[1] - parts[0] : 1);
        HasFeedForwardOut = adapted.Contains(LoraTargets.FeedForwardOut);
        foreach (Tensor tensor in Wanted)
        {
            tensor.DetachFromDisposeScope();
        }
    }

    /// <summary>
    /// What the script of the encoder writes, layer by layer: those of query, key and value, (m, H, H), of attention output, of feed-forward in and out;
    /// empty where not adapted.
    /// </summary>
    public Tensor[] Wanted { get; }

    /// <summary>Which of query, key and value are adapted.</summary>
    public ProjectionParts Parts { get; }

    /// <summary>Whether the second feed-forward matrix is adapted.</summary>
    public bool HasFeedForwardOut { get; }

    /// <summary>The gradients of one group, (M, out, in).</summary>
    /// <param name="group">Its number.</param>
    public Tensor Of(int group) => _rooms[group];

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor tensor in Wanted.Concat(_rooms).Append(_nothing))
        {
            tensor.Dispose();
        }
    }

    private IEnumerable<Tensor> Layer(int layer)
    {
        yield return Find(layer, LayerStacks.Parts) ?? _nothing;
        foreach (LoraTargets target in Others)
        {
            yield return Find(layer, [target])?.select(0, 0) ?? _nothing;
        }
    }

    /// <summary>Those of some matrices of a layer, one behind the other, (m, out, in); <see langword="null"/> where none of them is adapted.</summary>
    private Tensor? Find(int layer, LoraTargets[] among)
    {
        for (int i = 0; i < _rooms.Length; i++)
        {
            LoraTargets[] targets = _groups[i].Targets;
            int count = targets.Intersect(among).Count();
            if (count > 0)
            {
                int first = Array.FindIndex(targets, among.Contains);
                return _rooms[i].narrow(0, (layer * targets.Length) + first, count);
            }
        }

        return null;
    }
}
