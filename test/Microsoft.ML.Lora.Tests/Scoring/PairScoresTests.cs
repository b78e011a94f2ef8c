using Microsoft.ML.Lora.Primitives;
using Microsoft.ML.Lora.Scoring;
using Microsoft.ML.Lora.Tests.Training;
using Microsoft.ML.Lora.Training;

namespace Microsoft.ML.Lora.Tests.Scoring;

[TestClass]
public sealed class PairScoresTests
{
    [TestMethod]
    public void Compute_OneOrder_IsTheDifferenceOfTheLogits()
    {
        LabeledPairs data = TrainingPairs.Create(3);
        float[] scores = new float[3];

        PairScores.Compute(Logits, data.Pairs, default, scores);

        CollectionAssert.AreEqual(new float[] { 0, 1, 2 }, scores);
    }

    [TestMethod]
    public void Compute_BothOrders_IsTheirMean()
    {
        LabeledPairs data = TrainingPairs.Create(3, symmetric: true);
        float[] scores = new float[3];

        PairScores.Compute(Logits, data.Pairs, data.Swapped, scores);

        CollectionAssert.AreEqual(new float[] { 5, 6, 7 }, scores);
    }

    /// <summary>A score of the row's number, and 10 more where the sentences are swapped.</summary>
    private static void Logits(ReadOnlySpan<EncodedPair> pairs, Span<float> logits)
    {
        for (int i = 0; i < pairs.Length; i++)
        {
            logits[2 * i] = 100;
            logits[2 * i + 1] = 100 + TrainingPairs.RowOf(pairs[i]) + (TrainingPairs.IsSwapped(pairs[i]) ? 10 : 0);
        }
    }
}
