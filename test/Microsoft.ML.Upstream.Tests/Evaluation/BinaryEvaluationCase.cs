namespace Microsoft.ML.Upstream.Tests.Evaluation;

/// <summary>A scored row as a binary trainer leaves it.</summary>
internal sealed class ScoredPair
{
    public bool Label { get; set; }

    public float Score { get; set; }

    public float Probability { get; set; }

    public bool PredictedLabel { get; set; }
}

/// <summary>Metrics recorded from ML.NET.</summary>
public sealed record ExpectedBinaryMetrics(double Accuracy, double F1Score, double AreaUnderRoc, double AreaUnderPrecisionRecall)
{
    public (double Positive, double Negative) Precision { get; init; }

    public (double Positive, double Negative) Recall { get; init; }

    public (double LogLoss, double LogLossReduction, double Entropy) Information { get; init; }

    /// <summary>True positives, false negatives, false positives, true negatives.</summary>
    public IReadOnlyList<double> Counts { get; init; } = [];
}

/// <summary>Rows and what ML.NET makes of them.</summary>
public sealed record BinaryEvaluationCase(
    string Name, IReadOnlyList<(bool Label, float Score, float Probability, bool PredictedLabel)> Rows, ExpectedBinaryMetrics Expected)
{
    public override string ToString() => Name;

    internal IDataView Load(MLContext ml) => ml.Data.LoadFromEnumerable(
        Rows.Select(row => new ScoredPair
        {
            Label = row.Label,
            Score = row.Score,
            Probability = row.Probability,
            PredictedLabel = row.PredictedLabel,
        }));
}
