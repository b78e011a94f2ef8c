namespace Microsoft.ML.Upstream.Tests.Evaluation;

/// <summary>Scored rows with the metrics that ML.NET gives for them.</summary>
internal static class BinaryEvaluationCases
{
    public static IEnumerable<BinaryEvaluationCase> All() =>
        [.. Rankings(), .. Thresholds(), .. ExtremeProbabilities(), .. NotFinite(), Large()];

    /// <summary>Scores that differ, tie, or decide wrongly.</summary>
    private static IEnumerable<BinaryEvaluationCase> Rankings()
    {
        yield return new(
            "Mixed",
            [
                (true, 2.5f, 0.92f, true), (true, 0.75f, 0.68f, true), (true, -0.5f, 0.38f, false), (true, -1.25f, 0.22f, false),
                (true, 0.1f, 0.52f, true), (false, -2, 0.12f, false), (false, 0.4f, 0.6f, true), (false, -0.75f, 0.32f, false),
                (false, 1.5f, 0.82f, true), (false, -3, 0.05f, false), (false, -0.1f, 0.48f, false)
            ],
            new(0.6363636363636364, 0.6, 0.6666666666666666, 0.6393650793650794)
            {
                Precision = (0.6, 0.6666666666666666),
                Recall = (0.6, 0.6666666666666666),
                Information = (0.9776865068411311, 0.01644185905732326, 0.9940302114769565),
                Counts = [3, 2, 2, 4],
            });
        yield return new(
            "TiedScores",
            [
                (true, 1, 0.7f, true), (false, 1, 0.7f, true), (true, 1, 0.7f, true), (false, -1, 0.3f, false),
                (true, -1, 0.3f, false), (false, -1, 0.3f, false), (false, 0, 0.5f, false), (true, 0, 0.5f, false)
            ],
            new(0.625, 0.5714285714285715, 0.65625, 0.6672619047619047)
            {
                Precision = (0.6666666666666666, 0.6),
                Recall = (0.5, 0.75),
                Information = (0.9415279829090185, 0.05847201709098149, 1),
                Counts = [2, 2, 1, 3],
            });
        yield return new(
            "TiedLast",
            [
                (true, 1, 0.7f, true), (true, -1, 0.3f, true), (false, -1, 0.3f, true), (false, -1, 0.3f, false)
            ],
            new(0.75, 0.6666666666666666, 0.75, 1)
            {
                Precision = (1, 0.6666666666666666),
                Recall = (0.5, 1),
                Information = (0.8201712822586957, 0.17982871774130427, 1),
                Counts = [1, 1, 0, 2],
            });
        yield return new(
            "TiedAcrossThreshold",
            [
                (false, 1, 0.7f, true), (true, -1, 0.3f, true), (true, -1, 0.3f, true), (false, -1, 0.3f, false),
                (false, -2, 0.3f, false)
            ],
            new(0.4, 0, 0.5, 0.41666666666666663)
            {
                Precision = (0, 0.5),
                Recall = (0, 0.6666666666666666),
                Information = (1.2480086010626776, -0.2853471723384832, 0.9709505944546686),
                Counts = [0, 2, 1, 2],
            });
        yield return new(
            "AllTied",
            [
                (true, 0.25f, 0.5f, true), (false, 0.25f, 0.5f, true), (false, 0.25f, 0.5f, true)
            ],
            new(0.3333333333333333, 0.5, 0.5, 1)
            {
                Precision = (0.3333333333333333, 0),
                Recall = (1, 0),
                Information = (1, -0.08897368681807862, 0.9182958340544896),
                Counts = [1, 0, 2, 0],
            });
    }

    /// <summary>What is predicted, by the sign of the score.</summary>
    private static IEnumerable<BinaryEvaluationCase> Thresholds()
    {
        yield return new(
            "Perfect",
            [
                (true, 3, 0.95f, true), (true, 2, 0.9f, true), (false, -3, 0.05f, false), (false, -1, 0.25f, false)
            ],
            new(1, 1, 1, 1)
            {
                Precision = (1, 1),
                Recall = (1, 1),
                Information = (0.17876045326617918, 0.8212395467338208, 1),
                Counts = [2, 0, 0, 2],
            });
        yield return new(
            "AllWrong",
            [
                (true, -3, 0.05f, false), (true, -2, 0.1f, false), (false, 3, 0.95f, true), (false, 1, 0.75f, true)
            ],
            new(0, 0, 0, 0.29166666666666663)
            {
                Precision = (0, 0),
                Recall = (0, 0),
                Information = (3.4914459744252913, -2.4914459744252913, 1),
                Counts = [0, 2, 2, 0],
            });
        yield return new(
            "PredictedLabelAgainstScore",
            [
                (true, 3, 0.95f, false), (false, -3, 0.05f, true), (true, -1, 0.9f, true), (false, 2, 0.1f, false)
            ],
            new(0.5, 0.5, 0.75, 0.7916666666666666)
            {
                Precision = (0.5, 0.5),
                Recall = (0.5, 0.5),
                Information = (0.1130018524048927, 0.8869981475951073, 1),
                Counts = [1, 1, 1, 1],
            });
        yield return new(
            "NothingPredictedPositive",
            [
                (true, -1, 0.3f, false), (false, -2, 0.2f, false), (false, -3, 0.1f, false)
            ],
            new(0.6666666666666666, 0, 1, 1)
            {
                Precision = (0, 0.6666666666666666),
                Recall = (0, 1),
                Information = (0.736965577644725, 0.1974638778542088, 0.9182958340544896),
                Counts = [0, 1, 0, 2],
            });
        yield return new(
            "NothingPredictedNegative",
            [
                (true, 1, 0.7f, true), (false, 2, 0.8f, true), (false, 3, 0.9f, true)
            ],
            new(0.3333333333333333, 0.5, 0, 0.16666666666666666)
            {
                Precision = (0.3333333333333333, 0),
                Recall = (1, 0),
                Information = (2.052809709733167, -1.2354557579440764, 0.9182958340544896),
                Counts = [1, 0, 2, 0],
            });
    }

    /// <summary>Probabilities of 0, of 1, and beyond.</summary>
    private static IEnumerable<BinaryEvaluationCase> ExtremeProbabilities()
    {
        yield return new(
            "ProbabilityZeroAndOneRight",
            [
                (true, 30, 1, true), (false, -30, 0, false), (true, 1, 0.75f, true), (false, -1, 0.25f, false)
            ],
            new(1, 1, 1, 1)
            {
                Precision = (1, 1),
                Recall = (1, 1),
                Information = (0.2075187496394219, 0.792481250360578, 1),
                Counts = [2, 0, 0, 2],
            });
        yield return new(
            "ProbabilityZeroOfPositive",
            [
                (true, -30, 0, false), (false, -30, 0, false), (true, 1, 0.75f, true)
            ],
            new(0.6666666666666666, 0.6666666666666666, 0.75, 1)
            {
                Precision = (1, 0.5),
                Recall = (0.5, 1),
                Information = (double.PositiveInfinity, double.NegativeInfinity, 0.9182958340544896),
                Counts = [1, 1, 0, 1],
            });
        yield return new(
            "ProbabilityOneOfNegative",
            [
                (true, 3, 0.9f, true), (false, 30, 1, true)
            ],
            new(0.5, 0.6666666666666666, 0, 0.25)
            {
                Precision = (0.5, 0),
                Recall = (1, 0),
                Information = (double.PositiveInfinity, double.NegativeInfinity, 1),
                Counts = [1, 0, 1, 0],
            });
        yield return new(
            "ProbabilityAboveOneOfPositive",
            [
                (true, 2, 1.5f, true), (false, -2, 0.5f, false)
            ],
            new(1, 1, 1, 1)
            {
                Precision = (1, 1),
                Recall = (1, 1),
                Information = (0.2075187496394219, 0.792481250360578, 1),
                Counts = [1, 0, 0, 1],
            });
        yield return new(
            "ProbabilityAboveOneOfNegative",
            [
                (true, 2, 0.5f, true), (false, -2, 1.5f, false)
            ],
            new(1, 1, 1, 1)
            {
                Precision = (1, 1),
                Recall = (1, 1),
                Information = (double.NaN, double.NaN, 1),
                Counts = [1, 0, 0, 1],
            });
        yield return new(
            "TinyProbabilities",
            [
                (true, -40, 1e-30f, false), (false, -40, 1e-30f, false), (true, 5, 0.9999999f, true), (false, 7, 0.9999999f, true)
            ],
            new(0.5, 0.5, 0.375, 0.41666666666666663)
            {
                Precision = (0.5, 0.5),
                Recall = (0.5, 0.5),
                Information = (30.664460753507157, -29.664460753507157, 1),
                Counts = [1, 1, 1, 1],
            });
    }

    /// <summary>Rows with a score that is not finite are left out; a NaN probability spoils the log-loss alone.</summary>
    private static IEnumerable<BinaryEvaluationCase> NotFinite()
    {
        yield return new(
            "NaNScores",
            [
                (true, 2, 0.9f, true), (false, -2, 0.1f, false), (true, float.NaN, 0.5f, false), (false, float.NaN, 0.5f, false),
                (true, -1, 0.4f, false)
            ],
            new(0.6666666666666666, 0.6666666666666666, 1, 1)
            {
                Precision = (1, 0.5),
                Recall = (0.5, 1),
                Information = (0.5419781002955489, 0.4098001099464977, 0.9182958340544896),
                Counts = [1, 1, 0, 1],
            });
        yield return new(
            "InfiniteScores",
            [
                (true, 2, 0.9f, true), (false, -2, 0.1f, false), (true, float.PositiveInfinity, 1, true),
                (false, float.NegativeInfinity, 0, false), (false, 1, 0.6f, true)
            ],
            new(0.6666666666666666, 0.6666666666666666, 1, 1)
            {
                Precision = (0.5, 1),
                Recall = (1, 0.5),
                Information = (0.5419781361252686, 0.4098000709288758, 0.9182958340544896),
                Counts = [1, 0, 1, 1],
            });
        yield return new(
            "NaNProbability",
            [
                (true, 2, 0.9f, true), (false, -2, float.NaN, false), (false, 1, 0.6f, true)
            ],
            new(0.6666666666666666, 0.6666666666666666, 1, 1)
            {
                Precision = (0.5, 1),
                Recall = (1, 0.5),
                Information = (double.NaN, double.NaN, 0.9182958340544896),
                Counts = [1, 0, 1, 1],
            });
        yield return new(
            "OnlyNaNProbabilities",
            [
                (true, 2, float.NaN, true), (false, -2, float.NaN, false)
            ],
            new(1, 1, 1, 1)
            {
                Precision = (1, 1),
                Recall = (1, 1),
                Information = (double.NaN, 0, 1),
                Counts = [1, 0, 0, 1],
            });
    }

    /// <summary>500 rows on 41 scores, most of them tied, in an order that matters to the area under the precision-recall curve.</summary>
    private static BinaryEvaluationCase Large() => new(
        "Large",
        [.. Enumerable.Range(0, 500).Select(LargeRow)],
        new(0.506, 0.4449438202247191, 0.5032363267275661, 0.4088949180830403)
        {
            Precision = (0.4057377049180328, 0.6015625),
            Recall = (0.4925373134328358, 0.5150501672240803),
            Information = (2.024394622378832, -1.0824780513732988, 0.972108503637691),
            Counts = [99, 102, 145, 154],
        });

    private static (bool Label, float Score, float Probability, bool PredictedLabel) LargeRow(int index)
    {
        var spread = (((index * 7919) + 13) % 1009 / 101f) - 5f;
        var score = MathF.Round(spread * 4) / 4;
        return (((index * 31) + (index / 7)) % 5 < 2, score, 1f / (1f + MathF.Exp(-score)), spread > 0);
    }
}
