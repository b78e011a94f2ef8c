using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Tests.Training;

/// <summary>A row as ML.NET's evaluator reads it.</summary>
internal sealed class ScoredRow
{
    public bool Label { get; set; }

    public float Score { get; set; }

    public float Probability { get; set; }

    public bool PredictedLabel { get; set; }
}

/// <summary>Scored rows for evaluators.</summary>
internal static class ScoredRows
{
    /// <summary>A row with all that follows from its score.</summary>
    public static ScoredRow Create(bool label, float score) =>
        new() { Label = label, Score = score, Probability = (float)(1 / (1 + Math.Exp(-score))), PredictedLabel = score > 0 };

    /// <summary>Scores from −4 to 4 that say something about the labels, but not all.</summary>
    public static ScoredRow[] Random(int count, ulong seed)
    {
        var random = new SeededRandom(seed);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            float score = 8 * random.NextSingle() - 4;
            return Create(random.NextSingle() * 8 - 4 < score, score);
        })];
    }
}
