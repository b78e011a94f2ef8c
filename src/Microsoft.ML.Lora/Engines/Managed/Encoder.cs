using Microsoft.ML.Lora.Models;

namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>
/// A run of an encoder's layers with packed weights, and what is trained on them. It reads what is trained where it lies, and changes
/// nothing; weights that are both packed and trained are in <see cref="TrainedPacks"/>.
/// </summary>
internal sealed class Encoder
{
    private readonly EncoderInput? _input;
    private readonly EncoderLayer[] _layers;
    private readonly bool _differentiated;

    /// <param name="weights">The checkpoint's weights.</param>
    /// <param name="layers">Which layers; with those from the first one on come the embeddings.</param>
    /// <param name="plan">What is adapted; no updates for an encoder they are merged into.</param>
    /// <param name="layout">Where the trained tensors lie.</param>
    /// <param name="trained">The flat buffer that they lie in.</param>
    /// <param name="threads">The most threads that pack weights.</param>
    /// <param name="differentiated">Whether <see cref="Backward"/> will be wanted.</param>
    /// <param name="precision">What the forward pass computes in.</param>
    public Encoder(
        EncoderWeights weights, LayerRange layers, AdapterPlan plan, TrainedLayout layout, Memory<float> trained, int threads,
        bool differentiated, ScoringPrecision precision = ScoringPrecision.Single)
    {
        _input = layers.First == 0 ? new EncoderInput(weights, new ParameterSource(layout, trained, weights.Shape)) : null;
        _differentiated = differentiated && plan.FirstLayer(weights.Shape.Layers) < layers.End;
        _layers = new EncoderLayer[layers.Count];
        var adapters = new LayerAdapter[layers.Count];
        new ForkJoin(threads).Run(layers.Count, i =>
        {
            int number = layers.First + i;
            GradientReach reach = differentiated ? GradientReaches.Of(number, plan, weights.Shape.Layers) : GradientReach.None;
            LayerAdapter adapter = adapters[i] = new LayerAdapter(weights, number, plan, layout, trained, reach, precision);
            IAttention attention = number == weights.Shape.Layers - 1
                ? new FirstTokenAttention(adapter, weights.Shape)
                : new AllTokensAttention(adapter, weights.Shape);
            _layers[i] = new EncoderLayer(attention, new TokenwiseBlock(adapter, weights.Shape), reach);
        });
        TrainedPacks = [.. adapters.SelectMany(adapter => adapter.TrainedPacks)];
    }

    /// <summary>The packed weights that are trained, and so must be packed anew after every step.</summary>
    public IReadOnlyList<IPackedWeights> TrainedPacks { get; }

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

    /// <summary>Accumulates the gradients of all that is trained, from <see cref="Workspace.GradFirstTokens"/> down.</summary>
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

        _input?.Backward(workspace);
    }

    /// <summary>Adds the gradients of trained embedding tables, once all chunks of a batch are done.</summary>
    public void AddTableGradients(PackedBatch batch, ReadOnlySpan<float> gradEmbedded, Memory<float> gradients) =>
        _input?.AddTableGradients(batch, gradEmbedded, gradients);

    private static ReadOnlySpan<float> Input(int layer, Workspace workspace) =>
        (layer == 0 ? workspace.Input : workspace.Layers[layer - 1].Output).Span;
}
