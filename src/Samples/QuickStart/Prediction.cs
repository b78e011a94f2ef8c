namespace QuickStart;

/// <summary>What the model says of a pair.</summary>
internal sealed class Prediction
{
    /// <summary>Whether the questions ask the same.</summary>
    public bool PredictedLabel { get; set; }

    /// <summary>The probability that they do.</summary>
    public float Probability { get; set; }
}
