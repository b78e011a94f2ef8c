using Microsoft.ML.Lora.Models;

namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>
/// A frozen encoder with packed weights, and the low-rank updates on it. It reads the updates' factors where they lie, and changes
/// nothing.
/// </summary>
internal sealed class Encoder
{
    private readonly EncoderInput _input;
    private readonly EncoderLayer[] _layers;
    private readonly bool _differentiated;

    /// <param name="weights">The frozen weights.</param>
    /// <param name="plan">The updates; none for an encoder they are merged into.</param>
    /// <param name="layout">Where the updates' factors lie.</param>
    /// <param name="trained">The flat buffer that they lie in.</param>
    public Encoder(EncoderWeights weights, AdapterPlan plan, TrainedLayout layout, Memory<float> trained)
    {
        _input = new EncoderInput(weights);
        _differentiated = plan.Targets != LoraTargets.None;
        _layers = new EncoderLayer[weights.Layers.Count];
        for (int i = 0; i < _layers.Length; i++)
        {
            GradientReach reach = GradientReaches.Of(i, plan);
            var adapter = new LayerAdapter(weights, i, plan, layout, trained, reach);
            IAttention attention = i == _layers.Length - 1
                ? new FirstTokenAttention(adapter, weights.Shape)
                : new AllTokensAttention(adapter, weights.Shape);
            _layers[i] = new EncoderLayer(attention, new TokenwiseBlock(adapter, weights.Layers[i], weights.Shape), reach);
        }
    }

    /// <summary>Computes <see cref="Workspace.FirstTokens"/> of the workspace's chunk.</summary>
    public void Forward(Workspace workspace)
    {
        _input.Forward(workspace);
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
        (layer == 0 ? workspace.Embedded : workspace.Layers[layer - 1].Output).Span;
}
