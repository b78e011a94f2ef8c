using Microsoft.ML.Lora.Primitives;
using Microsoft.ML.Lora.Training;

namespace Microsoft.ML.Lora.Tests.Training;

[TestClass]
public sealed class ThresholdChoiceTests
{
    private const double Rounding = 1e-12;

    private static readonly DecisionThreshold[] Rules =
        [DecisionThreshold.MaximizeAccuracy, DecisionThreshold.MaximizeF1, DecisionThreshold.MaximizeMatthewsCorrelation];

    [TestMethod]
    public void Choose_Zero_IsZero() => Assert.AreEqual(0, ThresholdChoice.Choose(DecisionThreshold.Zero, [5, 6], [0, 1]));

    [TestMethod]
    public void Choose_SeparableScores_TakesTheMiddleOfTheGap()
    {
        Assert.AreEqual(4, ThresholdChoice.Choose(DecisionThreshold.MaximizeAccuracy, [5, 2, 9, 3], [1, 0, 1, 0]));
    }

    [TestMethod]
    public void Choose_ZeroIsAsGoodAsAny_TakesZero()
    {
        Assert.AreEqual(0, ThresholdChoice.Choose(DecisionThreshold.MaximizeAccuracy, [-8, 1], [0, 1]));
    }

    [TestMethod]
    public void Choose_AllPositive_CallsAllPositive()
    {
        float threshold = ThresholdChoice.Choose(DecisionThreshold.MaximizeF1, [-2, -1], [1, 1]);

        Assert.AreEqual(MathF.BitDecrement(-2), threshold);
    }

    [TestMethod]
    public void Choose_AllNegative_CallsAllNegative()
    {
        float threshold = ThresholdChoice.Choose(DecisionThreshold.MaximizeAccuracy, [1, 2], [0, 0]);

        Assert.AreEqual(2, threshold);
    }

    [TestMethod]
    public void Choose_NeighbouringFloats_StillSeparatesThem()
    {
        float low = 1;
        float high = MathF.BitIncrement(low);

        float threshold = ThresholdChoice.Choose(DecisionThreshold.MaximizeAccuracy, [low, high], [0, 1]);

        Assert.AreEqual(low, threshold);
    }

    [TestMethod]
    public void Choose_RandomScores_IsAsGoodAsTheBestOfEveryThreshold()
    {
        var random = new SeededRandom(31);
        for (int round = 0; round < 500; round++)
        {
            // Few different scores, so that equal ones and zeros are common.
            int count = 1 + random.NextInt(12);
            float[] scores = [.. Enumerable.Range(0, count).Select(_ => (random.NextInt(9) - 4) / 2f)];
            int[] labels = [.. Enumerable.Range(0, count).Select(_ => random.NextInt(2))];
            foreach (DecisionThreshold rule in Rules)
            {
                float chosen = ThresholdChoice.Choose(rule, scores, labels);

                string which = $"{rule} for scores {string.Join(", ", scores)} and labels {string.Join(", ", labels)}: chose {chosen}";
                double best = Candidates(scores).Max(threshold => QualityAt(rule, scores, labels, threshold));
                Assert.AreEqual(best, QualityAt(rule, scores, labels, chosen), Rounding, which);
                Assert.IsTrue(chosen == 0 || QualityAt(rule, scores, labels, 0) < best - Rounding, which + ", but 0 is as good.");
            }
        }
    }

    /// <summary>A threshold for every way to divide the scores.</summary>
    private static IEnumerable<float> Candidates(float[] scores) => [float.NegativeInfinity, 0, .. scores];

    private static double QualityAt(DecisionThreshold rule, float[] scores, int[] labels, float threshold)
    {
        var counts = default(DecisionCounts);
        for (int i = 0; i < scores.Length; i++)
        {
            counts = counts.Add(scores[i] > threshold, labels[i] == 1);
        }

        return rule switch
        {
            DecisionThreshold.MaximizeAccuracy => counts.Accuracy,
            DecisionThreshold.MaximizeF1 => counts.F1,
            _ => counts.MatthewsCorrelation,
        };
    }
}
