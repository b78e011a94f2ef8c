using TorchSharp;
using static TorchSharp.torch.nn.functional;
using Tensor = TorchSharp.torch.Tensor;

namespace Microsoft.ML.Lora.Engines.Torch;

/// <summary>From the vectors of first tokens to logits and loss, in 32 bits.</summary>
internal static class HeadPass
{
    /// <summary>The logits, (n, classes).</summary>
    /// <param name="weights">Has the head's.</param>
    /// <param name="first">The encoder's output for first tokens, (n, hidden).</param>
    public static Tensor Logits(PassWeights weights, Tensor first)
    {
        Tensor single = first.to_type(torch.ScalarType.Float32);
        Tensor pooled = weights.Pooler is { } pooler ? linear(single, pooler.Weight, pooler.Bias).tanh() : single;
        return linear(pooled, weights.Classifier.Weight, weights.Classifier.Bias);
    }

    /// <summary>Σ shareᵢ · log softmax(logitsᵢ)[classᵢ].</summary>
    /// <param name="logits">(n, classes).</param>
    /// <param name="classes">(n, 1), 64-bit integers.</param>
    /// <param name="shares">(n): each pair's weight in the mean, negative.</param>
    public static Tensor Loss(Tensor logits, Tensor classes, Tensor shares) => log_softmax(logits, 1).gather(1, classes).view(-1).mul(shares).sum();
}
