using Microsoft.ML.Lora.Models;
using TorchSharp;
using Tensor = TorchSharp.torch.Tensor;

namespace Microsoft.ML.Lora.Engines.Torch;

/// <summary>The checkpoint's own tensors on the device, each brought there when it is first asked for.</summary>
/// <param name="encoder">The checkpoint.</param>
/// <param name="place">The device.</param>
internal sealed class FrozenTensors(EncoderWeights encoder, TorchPlace place) : IDisposable
{
    private readonly Dictionary<string, Tensor> _tensors = [];

    /// <summary>One matrix or embedding table, rounded to what is computed in.</summary>
    public Tensor Matrix(string name, Primitives.Matrix values) => Kept(name, () => place.Put([values], place.Compute, values.Rows, values.Columns));

    /// <summary>One bias or gain, rounded to what is computed in.</summary>
    public Tensor Vector(string name, float[] values) => Kept(name, () => place.Rounded(values, values.Length));

    /// <summary>A dense layer in 32 bits.</summary>
    public TensorMap Single(string module, Affine map) => new(
        Kept(TrainedNames.Weight(module), () => place.Put([map.Weight], torch.ScalarType.Float32, map.Out, map.In)),
        Kept(TrainedNames.Bias(module), () => place.Single(map.Bias, map.Out)));

    /// <summary>Query, key and value projections of a layer as one, (3 · hidden, hidden).</summary>
    public Tensor ProjectionWeight(int layer) => Kept($"{layer} projections", () => place.Put(
        [.. Projections(layer).Select(map => map.Weight)], place.Compute, 3L * encoder.Shape.Hidden, encoder.Shape.Hidden));

    /// <summary>The biases of query, key and value projections of a layer as one, (3 · hidden).</summary>
    public Tensor ProjectionBias(int layer) =>
        Kept($"{layer} projection biases", () => place.Rounded([.. Projections(layer).SelectMany(map => map.Bias)], 3L * encoder.Shape.Hidden));

    /// <summary>One matrix of all layers from one on, (layers, out, in).</summary>
    public Tensor Stack(LoraTargets target, int firstLayer) => Kept($"{target} from {firstLayer}", () => CopyOfStack(target, firstLayer));

    /// <summary>The same, not kept here: it belongs to the caller's dispose scope.</summary>
    public Tensor CopyOfStack(LoraTargets target, int firstLayer) => place.Put(
        [.. encoder.Layers.Skip(firstLayer).Select(layer => layer[target].Weight)],
        place.Compute, encoder.Layers.Count - firstLayer, encoder.Layers[0][target].Out, encoder.Layers[0][target].In);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor tensor in _tensors.Values)
        {
            tensor.Dispose();
        }
    }

    private Affine[] Projections(int layer) => [encoder.Layers[layer].Query, encoder.Layers[layer].Key, encoder.Layers[layer].Value];

    private Tensor Kept(string key, Func<Tensor> make)
    {
        if (!_tensors.TryGetValue(key, out Tensor? tensor))
        {
            tensor = make().DetachFromDisposeScope();
            _tensors.Add(key, tensor);
        }

        return tensor;
    }
}
