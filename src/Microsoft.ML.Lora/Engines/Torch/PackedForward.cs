using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;
using Tensor = TorchSharp.torch.Tensor;

namespace Microsoft.ML.Lora.Engines.Torch;

/// <summary>The encoder's script, over sequences without padding.</summary>
/// <param name="script">The script.</param>
/// <param name="shape">The encoder.</param>
/// <param name="weights">What to compute with; updates are merged.</param>
/// <param name="place">The device.</param>
internal sealed class PackedForward(EncoderScript script, EncoderShape shape, PassWeights weights, TorchPlace place) : IForward
{
    private readonly PackedWeights _packed = PackedWeights.Of(weights);

    /// <inheritdoc/>
    public ForwardResult Run(EncodedPair[] pairs, bool observed)
    {
        var tokens = new PackedTokens(script, pairs, shape, place);
        (Tensor output, Tensor[] shown) = script.Forward(shape, tokens, _packed, KeptLayers.None, observed);
        return new ForwardResult
        {
            Logits = HeadPass.Logits(weights, output),
            Order = [.. Enumerable.Range(0, pairs.Length)],
            FirstRows = tokens.FirstRows,
            Tokens = observed ? shown[0] : null,
        };
    }
}
