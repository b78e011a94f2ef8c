using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;
using Tensor = TorchSharp.torch.Tensor;

namespace Microsoft.ML.Lora.Engines.Torch;

/// <summary>The network call by call, over groups of padded sequences: any plan, any device.</summary>
/// <param name="shape">The encoder.</param>
/// <param name="plan">What was trained.</param>
/// <param name="weights">What to compute with.</param>
/// <param name="place">The device.</param>
internal sealed class PaddedForward(EncoderShape shape, TrainablePlan plan, PassWeights weights, TorchPlace place) : IForward
{
    private readonly Network _network = new(shape, plan);

    /// <inheritdoc/>
    public ForwardResult Run(EncodedPair[] pairs, bool observed)
    {
        var batch = new TokenBatch(pairs, shape, place);
        (Tensor logits, Tensor? tokens) = observed ? _network.Everything(weights, batch) : (_network.Logits(weights, batch), null);
        return new ForwardResult { Logits = logits, Order = batch.Order, FirstRows = batch.FirstRowNumbers, Tokens = tokens };
    }
}
