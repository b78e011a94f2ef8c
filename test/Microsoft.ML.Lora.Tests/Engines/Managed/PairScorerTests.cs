using Microsoft.ML.Lora.Engines;
using Microsoft.ML.Lora.Engines.Managed;
using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Tests.Engines.Managed;

[TestClass]
public sealed class PairScorerTests
{
    private static readonly EncoderWeights Encoder = TinyModel.Encoder(TinyModel.Shape with { PositionRows = 65 });
    private static readonly TrainablePlan Plan = TinyModel.Plan(LoraTargets.All, classes: 3);

    [TestMethod, TestCategory("Engine")]
    [DataRow(ClassificationHead.PretrainedPooler)]
    [DataRow(ClassificationHead.TrainedPooler)]
    [DataRow(ClassificationHead.Dense)]
    public void Score_MergedWeights_AgreesWithTheSession(ClassificationHead head)
    {
        TrainablePlan plan = Plan with { Head = head };
        EncodedPair[] pairs = TinyModel.RandomPairs(Encoder.Shape, 8, 40);
        using TrainingSession session = Sessions.Start(Encoder, plan);
        using IPairScorer scorer = new ManagedEngine(1).CreateScorer(Encoder, plan, session.ExportTrained());

        float[] merged = Sessions.Score(scorer, pairs, plan);

        double[] unmerged = Array.ConvertAll(Sessions.Score(session, pairs, plan), value => (double)value);
        Closeness.AssertClose(unmerged, merged, Closeness.SingleTolerance, head.ToString());
    }

    [TestMethod, TestCategory("Engine")]
    [DataRow(1)]
    [DataRow(3)]
    public void Score_AloneOrInABatch_SameBits(int threads)
    {
        EncodedPair[] pairs = TinyModel.RandomPairs(Encoder.Shape, 8, 90);
        using IPairScorer scorer = Scorer(threads);

        float[] together = Sessions.Score(scorer, pairs, Plan);

        float[] alone = [.. pairs.SelectMany(pair => Sessions.Score(scorer, [pair], Plan))];
        float[] reversed = Sessions.Score(scorer, [.. pairs.Reverse()], Plan);
        CollectionAssert.AreEqual(together, alone);
        CollectionAssert.AreEqual(together, reversed.Chunk(3).Reverse().SelectMany(row => row).ToArray());
    }

    [TestMethod]
    public void Score_MorePairsThanAWindow_KeepsTheOrder()
    {
        EncodedPair[] pairs = TinyModel.RandomPairs(Encoder.Shape, 8, 2500);
        using IPairScorer scorer = Scorer(2);

        float[] logits = Sessions.Score(scorer, pairs, Plan);

        foreach (int i in (int[])[0, 1023, 1024, 2047, 2048, 2499])
        {
            CollectionAssert.AreEqual(Sessions.Score(scorer, [pairs[i]], Plan), logits[(3 * i)..(3 * i + 3)]);
        }
    }

    [TestMethod]
    public void Score_SeveralCallersAtOnce_SameBitsAsOne()
    {
        EncodedPair[] pairs = TinyModel.RandomPairs(Encoder.Shape, 8, 60);
        using IPairScorer scorer = Scorer(2);
        float[] expected = Sessions.Score(scorer, pairs, Plan);

        Parallel.For(0, 32, _ => CollectionAssert.AreEqual(expected, Sessions.Score(scorer, pairs, Plan)));
    }

    [TestMethod]
    public void Score_NoPairs_IsLegal()
    {
        using IPairScorer scorer = Scorer(2);

        Assert.IsEmpty(Sessions.Score(scorer, [], Plan));
    }

    [TestMethod]
    public void Score_AfterRefusedPairs_StillWorks()
    {
        EncodedPair[] pairs = TinyModel.RandomPairs(Encoder.Shape, 8, 5);
        using IPairScorer scorer = Scorer(2);
        float[] expected = Sessions.Score(scorer, pairs, Plan);

        Assert.ThrowsExactly<ArgumentException>(() => Sessions.Score(scorer, [pairs[0], new EncodedPair([-1], default, default)], Plan));

        CollectionAssert.AreEqual(expected, Sessions.Score(scorer, pairs, Plan));
    }

    private static IPairScorer Scorer(int threads)
    {
        using TrainingSession session = Sessions.Start(Encoder, Plan);
        return new ManagedEngine(threads).CreateScorer(Encoder, Plan, session.ExportTrained());
    }
}
