namespace Microsoft.ML.Lora;

/// <summary>How the score is chosen above which <c>PredictedLabel</c> is true.</summary>
/// <remarks>
/// <c>Score</c> and <c>Probability</c> do not change with it, nor does what ML.NET's binary evaluator reports: it decides by
/// <c>Score &gt; 0</c> and does not look at <c>PredictedLabel</c>.
/// </remarks>
public enum DecisionThreshold
{
    /// <summary>A score of 0, that is, a probability of one half.</summary>
    Zero,

    /// <summary>The score with the highest accuracy on the validation pairs.</summary>
    MaximizeAccuracy,

    /// <summary>The score with the highest F1 of the positive class on the validation pairs.</summary>
    MaximizeF1,

    /// <summary>The score with the highest Matthews correlation on the validation pairs.</summary>
    MaximizeMatthewsCorrelation,
}
