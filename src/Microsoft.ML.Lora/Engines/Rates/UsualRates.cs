namespace Microsoft.ML.Lora.Engines.Rates;

/// <summary>The constants of rules that are not given any.</summary>
internal static class UsualRates
{
    /// <summary>τ of <see cref="AdaptiveRates"/>: what did best over ranks, alphas and encoders, see docs/method.md.</summary>
    public const float Tau = 8e-3f;

    /// <summary>The head's rate under <see cref="AdaptiveRates"/>: one of those that plain LoRA trains well with.</summary>
    public const float Head = 2e-3f;

    /// <summary>The rate of the encoder's own weights, where they are trained: what suits full fine-tuning of the Mini encoder.</summary>
    public const float Encoder = 3e-4f;
}
