using Microsoft.ML.Lora.Models;

namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>
/// A run of an encoder's layers with packed weights, and the low-rank updates on them. It reads the updates' factors where they lie, and
/// changes nothing.
/// </summary>
internal sealed class Encoder
{
    private readonly EncoderInput? _input;
    private readonly EncoderLayer[] _layers;
    private readonly bool _differentiated;

    /// <param name="weights">The frozen weights.</param>
    /// <param name="layers">Which layers; with those from the first one on come the embeddings.</param>
    /// <param name="plan">The updates; none for an encoder they are merged into.</param>
    /// <param name="layout">Where the updates' factors lie.</param>
    /// <param name="trained">The flat buffer that they lie in.</param>
    /// <param name="threads">The most threads that pack weights.</param>
    /// <param name="precision">What the forward pass computes in.</param>
    public Encoder(
        EncoderWeights weights, LayerRange layers, AdapterPlan plan, TrainedLayout layout, Memory<float> trained, int threads,
        ScoringPrecision precision = ScoringPrecision.Single)
    {
        _input = layers.First == 0 ? new EncoderInput(weights) : null;
        _differentiated = plan.FirstLayer(weights.Shape.Layers) < layers.End;
        _layers = new EncoderLayer[layers.Count];
        new ForkJoin(threads).Run(layers.Count, i =>
        {
            int number = layers.First + i;
            GradientReach reach = GradientReaches.Of(number, plan, weights.Shape.Layers);
            var adapter = new LayerAdapter(weights, number, plan, layout, trained, reach, precision);
            IAttention attention = number == weights.Shape.Layers - 1 && !layers.AllTokens
                ? new FirstTokenAttention(adapter, weights.Shape)
                : new AllTokensAttention(adapter, weights.Shape);
            _layers[i] = new EncoderLayer(attention, new TokenwiseBlock(adapter, weights.Layers[number], weights.Shape), reach);
        });
    }

    /// <summary>
    /// Computes <see cref="Workspace.Output"/> of the workspace's chunk. Where the embeddings do not belong to this run of layers,
    /// <see cref="Workspace.Input"/> is there already.
    /// </summary>
    public void Forward(Workspace workspace)
    {
        _input?.Forward(workspace);
        for (int i = 0; i < _layers.Length; i++)
        {
            _layers[i].Forward(Input(i, workspace), workspace.Layers[i], workspace);
        }
    }

    /// <summary>Accumulates the gradients of all updates, from <see cref="Workspace.GradFirstTokens"/> down.</summary>
    public void Backward(Workspace workspace)
    {
        if (!_differentiated)
        {
            return;
        }

        Memory<float> gradOutput = workspace.GradFirstTokens;
        for (int i = _layers.Length - 1; i >= 0; i--)
        {
            _layers[i].Backward(Input(i, workspace), gradOutput.Span, workspace.Layers[i], workspace);
            gradOutput = workspace.GradHidden;
        }
    }

    private static ReadOnlySpan<float> Input(int layer, Workspace workspace) =>
        (layer == 0 ? workspace.Input : workspace.Layers[layer - 1].Output).Span;
}
