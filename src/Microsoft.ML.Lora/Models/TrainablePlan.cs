namespace Microsoft.ML.Lora.Models;

/// <summary>Everything that is trained: what the adaptation of the encoder asks for, and the head.</summary>
internal sealed record TrainablePlan
{
    /// <summary>The low-rank updates.</summary>
    public required AdapterPlan Adapter { get; init; }

    /// <summary>What turns the first token's vector into logits.</summary>
    public required ClassificationHead Head { get; init; }

    /// <summary>Number of classes, that is, of logits: 2 for a yes-or-no question.</summary>
    public required int Classes { get; init; }
}
