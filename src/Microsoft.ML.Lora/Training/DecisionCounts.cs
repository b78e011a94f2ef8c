namespace Microsoft.ML.Lora.Training;

/// <summary>The four counts of a yes-or-no decision, and what follows from them.</summary>
internal readonly record struct DecisionCounts(long TruePositives, long FalsePositives, long TrueNegatives, long FalseNegatives)
{
    /// <summary>Share decided rightly.</summary>
    public double Accuracy => (double)(TruePositives + TrueNegatives) / Total;

    /// <summary>F1 of the positive class; 0 where no positive was found.</summary>
    public double F1 => TruePositives == 0 ? 0 : 2.0 * TruePositives / (2.0 * TruePositives + FalsePositives + FalseNegatives);

    /// <summary>Matthews correlation; 0 where a class does not occur or is never predicted.</summary>
    public double MatthewsCorrelation
    {
        get
        {
            double product = (double)(TruePositives + FalsePositives) * (TruePositives + FalseNegatives)
                * (TrueNegatives + FalsePositives) * (TrueNegatives + FalseNegatives);
            return product == 0 ? 0 : ((double)TruePositives * TrueNegatives - (double)FalsePositives * FalseNegatives) / Math.Sqrt(product);
        }
    }

    private long Total => TruePositives + FalsePositives + TrueNegatives + FalseNegatives;

    /// <summary>The counts with one more decision.</summary>
    public DecisionCounts Add(bool predicted, bool actual) => (predicted, actual) switch
    {
        (true, true) => this with { TruePositives = TruePositives + 1 },
        (true, false) => this with { FalsePositives = FalsePositives + 1 },
        (false, false) => this with { TrueNegatives = TrueNegatives + 1 },
        (false, true) => this with { FalseNegatives = FalseNegatives + 1 },
    };
}
