using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>
/// Encoder and head together. Holds no activations, so any number of threads may use it, each with a workspace of its own.
/// </summary>
internal sealed class Network
{
    private readonly FrozenPrefix? _prefix;
    private readonly Encoder _encoder;
    private readonly Head _head;

    /// <param name="encoder">The frozen weights.</param>
    /// <param name="plan">What lies on top of them.</param>
    /// <param name="layout">Where the trained tensors lie.</param>
    /// <param name="trained">The flat buffer that they lie in; what is written there counts from the next pass on.</param>
    /// <param name="threads">The most threads that pack weights.</param>
    /// <param name="prefix">Stands for the lowest layers; <see langword="null"/> to compute them all here.</param>
    /// <param name="precision">What the encoder's forward pass computes in; other than single, there is no backward pass.</param>
    /// <param name="allTokens">Whether every token is wanted of the last layer; if so, there is no backward pass.</param>
    public Network(
        EncoderWeights encoder, TrainablePlan plan, TrainedLayout layout, Memory<float> trained, int threads, FrozenPrefix? prefix = null,
        ScoringPrecision precision = ScoringPrecision.Single, bool allTokens = false)
    {
        Precision = precision;
        _prefix = prefix;
        Layers = new LayerRange(prefix?.Layers ?? 0, encoder.Shape.Layers, allTokens);
        _encoder = new Encoder(encoder, Layers, plan.Adapter, layout, trained, threads, precision);
        _head = new Head(encoder, plan, layout, trained);
    }

    /// <summary>The layers that are computed here.</summary>
    public LayerRange Layers { get; }

    /// <summary>What the encoder's forward pass computes in.</summary>
    public ScoringPrecision Precision { get; }

    /// <summary>Makes ready for these pairs. One thread at a time; no chunk may be at work.</summary>
    public void Prepare(ReadOnlySpan<EncodedPair> pairs) => _prefix?.Prepare(pairs);

    /// <summary>Computes <see cref="Workspace.Logits"/> of the workspace's chunk.</summary>
    public void Forward(Workspace workspace)
    {
        _prefix?.Fill(workspace);
        _encoder.Forward(workspace);
        workspace.GatherFirstTokens();
        _head.Forward(workspace);
    }

    /// <summary>What the classifier reads, (n, H), as <see cref="Forward"/> left it.</summary>
    public Memory<float> ReadByClassifier(Workspace workspace) => _head.ReadByClassifier(workspace);

    /// <summary>Accumulates all trained gradients from <see cref="Workspace.GradLogits"/>.</summary>
    public void Backward(Workspace workspace)
    {
        _head.Backward(workspace);
        _encoder.Backward(workspace);
    }
}
