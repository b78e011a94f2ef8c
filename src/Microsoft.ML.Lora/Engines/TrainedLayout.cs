using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Engines;

/// <summary>
/// Which tensors a plan trains on an encoder, and where each lies in one flat buffer, so that clipping, updating and saving go over
/// one block.
/// </summary>
internal sealed class TrainedLayout
{
    private readonly List<TrainedTensor> _tensors = [];
    private readonly Dictionary<string, TrainedTensor> _byName = [];

    /// <summary>Lays out a plan's tensors in the order of <see cref="TrainedWeights"/>.</summary>
    public TrainedLayout(EncoderWeights encoder, TrainablePlan plan)
    {
        foreach (TensorShape shape in TrainedShapes.Of(encoder.Shape, plan))
        {
            Add(shape);
        }
    }

    /// <summary>The tensors, in the order in which they lie.</summary>
    public IReadOnlyList<TrainedTensor> Tensors => _tensors;

    /// <summary>Number of values of all tensors.</summary>
    public int Length { get; private set; }

    /// <summary>Number of values of the embedding tables, which lie before all others.</summary>
    public int TablesLength { get; private set; }

    /// <summary>The tensor of a name.</summary>
    public TrainedTensor this[string name] => _byName[name];

    /// <summary>The tensor of a name, or <see langword="null"/> if it is not trained.</summary>
    public TrainedTensor? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>Copies a flat buffer out, tensor by tensor, each name behind <paramref name="prefix"/>.</summary>
    public IEnumerable<NamedTensor> Export(Memory<float> buffer, string prefix = "") =>
        _tensors.Select(tensor => new NamedTensor(prefix + tensor.Name, tensor.Shape, tensor.In(buffer).ToArray()));

    /// <summary>Copies named tensors into flat buffers, one buffer for each prefix. Nothing is copied if anything is wrong.</summary>
    /// <exception cref="InvalidDataException">A tensor is missing, unknown, there twice, or misshapen.</exception>
    public void Import(IReadOnlyList<NamedTensor> tensors, params ReadOnlySpan<(string Prefix, Memory<float> Buffer)> destinations)
    {
        var given = new Dictionary<string, NamedTensor>();
        foreach (NamedTensor tensor in tensors)
        {
            if (!given.TryAdd(tensor.Name, tensor))
            {
                throw new InvalidDataException($"Trained tensor '{tensor.Name}' is there twice; the file it came from is damaged.");
            }
        }

        foreach ((string prefix, _) in destinations)
        {
            foreach (TrainedTensor tensor in _tensors)
            {
                Check(given, prefix + tensor.Name, tensor.Shape);
            }
        }

        if (given.Count > _tensors.Count * destinations.Length)
        {
            throw new InvalidDataException(DescribeUnknown(given, destinations));
        }

        foreach ((string prefix, Memory<float> buffer) in destinations)
        {
            foreach (TrainedTensor tensor in _tensors)
            {
                given[prefix + tensor.Name].Values.CopyTo(tensor.In(buffer));
            }
        }
    }

    private static void Check(Dictionary<string, NamedTensor> given, string name, IReadOnlyList<int> shape)
    {
        if (!given.TryGetValue(name, out NamedTensor? tensor))
        {
            throw new InvalidDataException(
                $"Trained tensor '{name}' is missing; load weights that were trained with the same targets and the same head.");
        }

        if (!tensor.Shape.SequenceEqual(shape))
        {
            throw new InvalidDataException(
                $"Trained tensor '{name}' has shape ({string.Join(", ", tensor.Shape)}), "
                + $"but plan and encoder need ({string.Join(", ", shape)}); it was trained with another rank or on another encoder.");
        }
    }

    private string DescribeUnknown(Dictionary<string, NamedTensor> given, ReadOnlySpan<(string Prefix, Memory<float> Buffer)> destinations)
    {
        var known = new HashSet<string>();
        foreach ((string prefix, _) in destinations)
        {
            known.UnionWith(_tensors.Select(tensor => prefix + tensor.Name));
        }

        string unknown = given.Keys.First(name => !known.Contains(name));
        return $"Trained tensor '{unknown}' has no place in this plan; it was trained with other targets or another head.";
    }

    private void Add(TensorShape shape)
    {
        var tensor = new TrainedTensor(shape.Name, shape.Dimensions, RoleOf(shape.Name), Length);
        _tensors.Add(tensor);
        _byName.Add(shape.Name, tensor);
        Length = checked(Length + tensor.Length);
        TablesLength = TrainedNames.IsTable(shape.Name) ? Length : TablesLength;
    }

    private static TrainedRole RoleOf(string name) =>
        TrainedNames.IsFactorA(name) ? TrainedRole.FactorA
        : TrainedNames.IsFactorB(name) ? TrainedRole.FactorB
        : TrainedRole.Head;
}
