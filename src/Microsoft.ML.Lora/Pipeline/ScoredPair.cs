namespace Microsoft.ML.Lora.Pipeline;

/// <summary>The columns that scoring adds, as a mapping writes them. The names are those of <see cref="OutputColumns"/>.</summary>
internal sealed class ScoredPair
{
    /// <summary>Whether the score is above the decision threshold.</summary>
    public bool PredictedLabel { get; set; }

    /// <summary>The logit of the positive class.</summary>
    public float Score { get; set; }

    /// <summary>The probability of the positive class.</summary>
    public float Probability { get; set; }
}
