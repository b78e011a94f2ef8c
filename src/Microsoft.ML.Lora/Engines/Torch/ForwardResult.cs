using Tensor = TorchSharp.torch.Tensor;

namespace Microsoft.ML.Lora.Engines.Torch;

/// <summary>What a pass found, in an order of its own.</summary>
internal sealed record ForwardResult
{
    /// <summary>(pairs, classes), in 32 bits.</summary>
    public required Tensor Logits { get; init; }

    /// <summary>The number in the call of each pair in the pass's order.</summary>
    public required int[] Order { get; init; }

    /// <summary>The row in <see cref="Tokens"/> of each pair's first token, in the pass's order.</summary>
    public required int[] FirstRows { get; init; }

    /// <summary>What goes into the last layer, (rows, hidden), or <see langword="null"/> where they were not asked for.</summary>
    public required Tensor? Tokens { get; init; }
}
