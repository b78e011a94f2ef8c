namespace Microsoft.ML.Lora.Pipeline;

/// <summary>The columns that scoring adds, under the names ML.NET's binary classifiers use.</summary>
internal static class OutputColumns
{
    /// <summary>bool: whether the score is above the decision threshold.</summary>
    public const string PredictedLabel = "PredictedLabel";

    /// <summary>float: the logit of the positive class.</summary>
    public const string Score = "Score";

    /// <summary>float: the probability of the positive class, 1 / (1 + e^−Score).</summary>
    public const string Probability = "Probability";
}
