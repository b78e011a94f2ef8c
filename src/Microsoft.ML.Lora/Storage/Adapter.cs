using Microsoft.ML.Lora.Models;

namespace Microsoft.ML.Lora.Storage;

/// <summary>A trained adapter with its head, as an adapter folder holds it.</summary>
internal sealed record Adapter
{
    /// <summary>What was trained.</summary>
    public required TrainablePlan Plan { get; init; }

    /// <summary>lora_alpha.</summary>
    public required float Alpha { get; init; }

    /// <summary>Whether the scale is lora_alpha / √r instead of lora_alpha / r.</summary>
    public required bool RankStabilized { get; init; }

    /// <summary>The encoder that it was trained on.</summary>
    public required EncoderIdentity Encoder { get; init; }

    /// <summary>The trained weights; they fit the plan and the encoder.</summary>
    public required TrainedWeights Trained { get; init; }
}
