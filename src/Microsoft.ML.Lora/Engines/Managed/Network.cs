using Microsoft.ML.Lora.Models;

namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>
/// Encoder and head together. Holds no activations, so any number of threads may use it, each with a workspace of its own.
/// </summary>
internal sealed class Network
{
    private readonly Encoder _encoder;
    private readonly Head _head;

    /// <param name="encoder">The frozen weights.</param>
    /// <param name="plan">What lies on top of them.</param>
    /// <param name="layout">Where the trained tensors lie.</param>
    /// <param name="trained">The flat buffer that they lie in; what is written there counts from the next pass on.</param>
    public Network(EncoderWeights encoder, TrainablePlan plan, TrainedLayout layout, Memory<float> trained)
    {
        _encoder = new Encoder(encoder, plan.Adapter, layout, trained);
        _head = new Head(encoder, plan, layout, trained);
    }

    /// <summary>Computes <see cref="Workspace.Logits"/> of the workspace's chunk.</summary>
    public void Forward(Workspace workspace)
    {
        _encoder.Forward(workspace);
        _head.Forward(workspace);
    }

    /// <summary>Accumulates all trained gradients from <see cref="Workspace.GradLogits"/>.</summary>
    public void Backward(Workspace workspace)
    {
        _head.Backward(workspace);
        _encoder.Backward(workspace);
    }
}
