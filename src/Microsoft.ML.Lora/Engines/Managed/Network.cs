using Microsoft.ML.Lora.Models;

namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>
/// Encoder and head together. Holds no activations, so any number of threads may use it, each with a workspace of its own.
/// </summary>
internal sealed class Network
{
    private readonly FrozenPrefix? _prefix;
    private readonly LayerRange _layers;
    private readonly ScoringPrecision _precision;
    private readonly Encoder _encoder;
    private readonly Head _head;
    private readonly Action<int> _pack;

    /// <param name="encoder">The checkpoint's weights.</param>
    /// <param name="plan">What is trained of them, and lies on top of them.</param>
    /// <param name="layout">Where the trained tensors lie.</param>
    /// <param name="trained">
    /// The flat buffer that they lie in; what is written there counts from the next pass on, and after <see cref="Repack"/>.
    /// </param>
    /// <param name="threads">The most threads that pack weights.</param>
    /// <param name="prefix">Stands for the lowest layers; <see langword="null"/> to compute them all here.</param>
    /// <param name="differentiated">Whether there will be backward passes.</param>
    /// <param name="precision">What the encoder's forward pass computes in; other than single, there is no backward pass.</param>
    public Network(
        EncoderWeights encoder, TrainablePlan plan, TrainedLayout layout, Memory<float> trained, int threads, FrozenPrefix? prefix = null,
        bool differentiated = true, ScoringPrecision precision = ScoringPrecision.Single)
    {
        Shape = encoder.Shape;
        Plan = plan;
        _precision = precision;
        _prefix = prefix;
        _layers = new LayerRange(prefix?.Layers ?? 0, encoder.Shape.Layers);
        _encoder = new Encoder(encoder, _layers, plan.Adapter, layout, trained, threads, differentiated, precision);
        _head = new Head(encoder, plan, layout, trained);
        _pack = number => _encoder.TrainedPacks[number].Pack();
    }

    /// <summary>What is trained, and lies on top of the encoder.</summary>
    public TrainablePlan Plan { get; }

    /// <summary>Number of logits of each pair.</summary>
    public int Classes => Plan.Classes;

    /// <summary>The encoder's sizes.</summary>
    public EncoderShape Shape { get; }

    /// <summary>The memory that a pass needs.</summary>
    /// <param name="batch">The batch whose chunks are computed there.</param>
    /// <param name="training">Whether a backward pass follows each forward pass.</param>
    public Workspace CreateWorkspace(PackedBatch batch, bool training) =>
        new(batch, Shape, _layers, Plan, training, _precision, _prefix?.CreateWorkspace());

    /// <summary>Takes over weights that are packed and have changed. No chunk may be at work.</summary>
    public void Repack(ForkJoin forkJoin) => forkJoin.Run(_encoder.TrainedPacks.Count, _pack);

    /// <summary>Computes <see cref="Workspace.Logits"/> of the workspace's chunk.</summary>
    public void Forward(Workspace workspace)
    {
        if (workspace.Below is { } below)
        {
            _prefix!.Fill(workspace, below);
        }

        _encoder.Forward(workspace);
        _head.Forward(workspace);
    }

    /// <summary>Adds the gradients of trained embedding tables, once all chunks of a batch are done.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="gradEmbedded">What the chunks left in <see cref="Workspace.GradEmbedded"/>, (tokens of the batch, hidden).</param>
    /// <param name="gradients">The flat buffer of gradients.</param>
    public void AddTableGradients(PackedBatch batch, ReadOnlySpan<float> gradEmbedded, Memory<float> gradients) =>
        _encoder.AddTableGradients(batch, gradEmbedded, gradients);

    /// <summary>Accumulates the trained gradients from <see cref="Workspace.GradLogits"/>, all but those of embedding tables.</summary>
    public void Backward(Workspace workspace)
    {
        _head.Backward(workspace);
        _encoder.Backward(workspace);
    }
}
