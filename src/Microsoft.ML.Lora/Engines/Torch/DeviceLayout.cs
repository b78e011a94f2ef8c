using Microsoft.ML.Lora.Models;

namespace Microsoft.ML.Lora.Engines.Torch;

/// <summary>
/// Where trained tensors lie in the device's flat buffers: what a device computes with one call lies together. For each kind of matrix the A's of
/// all layers, then their B's; behind them all else, in the order of <see cref="TrainedLayout"/>.
/// </summary>
internal sealed class DeviceLayout
{
    private readonly List<(TrainedTensor Tensor, int Offset)> _places = [];
    private readonly Dictionary<string, int> _offsets = [];

    /// <param name="layout">The tensors, and where they lie on the host.</param>
    /// <param name="encoder">The encoder.</param>
    /// <param name="plan">What is adapted.</param>
    public DeviceLayout(TrainedLayout layout, EncoderShape encoder, AdapterPlan plan)
    {
        Host = layout;
        Kinds = KindsOf(plan);
        int first = plan.FirstLayer(encoder.Layers);
        foreach (LoraTargets[] targets in Kinds)
        {
            foreach (Func<int, LoraTargets, string> name in (Func<int, LoraTargets, string>[])[TrainedNames.FactorA, TrainedNames.FactorB])
            {
                for (int layer = first; layer < encoder.Layers; layer++)
                {
                    foreach (LoraTargets target in targets)
                    {
                        Add(layout[name(layer, target)]);
                    }
                }
            }
        }

        HeadStart = Length;
        foreach (TrainedTensor tensor in layout.Tensors.Where(tensor => tensor.Role == TrainedRole.Head))
        {
            Add(tensor);
        }
    }

    /// <summary>Where the tensors lie on the host.</summary>
    public TrainedLayout Host { get; }

    /// <summary>The targets of a plan by the shape of their matrices, which low-rank updates of one kind share.</summary>
    public IReadOnlyList<LoraTargets[]> Kinds { get; }

    /// <summary>Numbers of all tensors.</summary>
    public int Length { get; private set; }

    /// <summary>The first number that belongs to no factor of a low-rank update; from there on none does.</summary>
    public int HeadStart { get; }

    /// <summary>The tensors that are no factors.</summary>
    public IEnumerable<TrainedTensor> Head => _places.Where(place => place.Tensor.Role == TrainedRole.Head).Select(place => place.Tensor);

    /// <summary>Where a tensor begins.</summary>
    public int OffsetOf(string name) => _offsets[name];

    /// <summary>Values of the host in the device's order.</summary>
    public float[] ToDevice(ReadOnlySpan<float> host)
    {
        var values = new float[Length];
        foreach ((TrainedTensor tensor, int offset) in _places)
        {
            host.Slice(tensor.Offset, tensor.Length).CopyTo(values.AsSpan(offset));
        }

        return values;
    }

    /// <summary>Values of the device in the host's order.</summary>
    public float[] ToHost(ReadOnlySpan<float> device)
    {
        var values = new float[Length];
        foreach ((TrainedTensor tensor, int offset) in _places)
        {
            device.Slice(offset, tensor.Length).CopyTo(values.AsSpan(tensor.Offset));
        }

        return values;
    }

    private static LoraTargets[][] KindsOf(AdapterPlan plan)
    {
        LoraTargets[] square = [.. plan.EachTarget().Where(target => target is not (LoraTargets.FeedForwardIn or LoraTargets.FeedForwardOut))];
        LoraTargets[][] kinds = [square, .. plan.EachTarget().Except(square).Select(target => new[] { target })];
        return [.. kinds.Where(targets => targets.Length > 0)];
    }

    private void Add(TrainedTensor tensor)
    {
        _places.Add((tensor, Length));
        _offsets.Add(tensor.Name, Length);
        Length = checked(Length + tensor.Length);
    }
}
