using Microsoft.ML.Lora.Engines;
using Microsoft.ML.Lora.Engines.Managed;
using Microsoft.ML.Lora.Models;

namespace Microsoft.ML.Lora.Tests.Engines.Managed;

/// <summary>Batches of sizes at which the split into lanes and chunks changes, and of more pairs than there are of either.</summary>
[TestClass, TestCategory("Engine")]
public sealed class BatchSizeTests
{
    private static readonly EncoderShape Shape = TinyModel.Shape with { PositionRows = 129 };

    /// <summary>Tokens around the ends of the first lane, of lanes to be had, and of parts that are worked off in one go.</summary>
    public static IEnumerable<object[]> Tokens => [[63], [64], [65], [127], [128], [129], [1023], [1024], [1025], [8191], [8192], [8193]];

    [TestMethod]
    public void ChunkRule_TokensTested_AreWhereItChanges()
    {
        Assert.AreEqual(1, ChunkRule.LanesUsed(127, ChunkRule.MostLanes, trainsMatrices: false));
        Assert.AreEqual(2, ChunkRule.LanesUsed(128, ChunkRule.MostLanes, trainsMatrices: false));
        Assert.AreEqual(ChunkRule.MostLanes - 1, ChunkRule.LanesUsed(1023, ChunkRule.MostLanes, trainsMatrices: false));
        Assert.AreEqual(ChunkRule.MostLanes, ChunkRule.LanesUsed(1024, ChunkRule.MostLanes, trainsMatrices: false));
        Assert.AreEqual(1, ChunkRule.LanesUsed(511, ChunkRule.MostLanes, trainsMatrices: true));
        Assert.AreEqual(4, ChunkRule.LanesUsed(2047, ChunkRule.MostLanes, trainsMatrices: true));
        Assert.AreEqual(8, ChunkRule.LanesUsed(2048, ChunkRule.MostLanes, trainsMatrices: true));
        Assert.AreEqual(1, ChunkRule.PartsPerLane(8192, ChunkRule.MostLanes));
        Assert.AreEqual(2, ChunkRule.PartsPerLane(8193, ChunkRule.MostLanes));
        Assert.AreEqual(1, ChunkRule.ScoringChunks(64, threads: 64));
        Assert.AreEqual(2, ChunkRule.ScoringChunks(65, threads: 64));
    }

    [TestMethod, DynamicData(nameof(Tokens))]
    public void StepAndScore_AnyNumberOfThreads_SameBits(int tokens)
    {
        TrainablePlan plan = TinyModel.Plan(LoraTargets.All, ClassificationHead.TrainedPooler, dropout: 0.2f);
        var batch = SizedBatch.OfTokens(Shape, (ulong)tokens, tokens);
        (int[] Bits, float[] Logits) expected = TrainAndScore(plan, batch, threads: 1);

        foreach (int threads in (int[])[2, 3, 8, 64])
        {
            (int[] bits, float[] logits) = TrainAndScore(plan, batch, threads);

            CollectionAssert.AreEqual(expected.Bits, bits, $"{threads} threads");
            CollectionAssert.AreEqual(expected.Logits, logits, $"{threads} threads");
        }
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(3)]
    [DataRow(128)]
    public void StepAndScore_OnePairAndManyThreads_SameBits(int tokens)
    {
        TrainablePlan plan = TinyModel.Plan(LoraTargets.All, dropout: 0.2f);
        var batch = new SizedBatch(Shape, 3, tokens);

        (int[] Bits, float[] Logits) one = TrainAndScore(plan, batch, threads: 1);
        (int[] Bits, float[] Logits) many = TrainAndScore(plan, batch, threads: 64);

        CollectionAssert.AreEqual(one.Bits, many.Bits);
        CollectionAssert.AreEqual(one.Logits, many.Logits);
    }

    [TestMethod, DynamicData(nameof(Tokens))]
    public void Step_AnyNumberOfTokens_GradientIsTheWeightedMeanOfItsPairs(int tokens) =>
        AssertGradientIsMean(SizedBatch.OfTokens(Shape, (ulong)tokens, tokens));

    [TestMethod]
    public void Step_ManyMorePairsThanLanes_GradientIsTheWeightedMeanOfItsPairs() =>
        AssertGradientIsMean(new SizedBatch(Shape, 5, Enumerable.Range(0, 2000).Select(i => 1 + (i % 3))));

    [TestMethod]
    public void Step_PairsLongerThanLanes_EmptyLanesAddNothing()
    {
        // 256 tokens are four lanes, of which the second and the last find no sequence that starts in them.
        SizedBatch full = SizedBatch.OfTokens(Shape, 5, 1024);
        var batch = new SizedBatch(Shape, 6, 128, 128);
        using TrainingSession session = Sessions.Start(TinyModel.Encoder(Shape), TinyModel.Plan(LoraTargets.All), threads: 2);

        // Leaves something in every lane's buffer.
        session.Step(full.All, default);

        AssertGradientIsMean(batch, session);
    }

    private static (int[] Bits, float[] Logits) TrainAndScore(TrainablePlan plan, SizedBatch batch, int threads)
    {
        EncoderWeights encoder = TinyModel.Encoder(Shape);
        using TrainingSession session = Sessions.Start(encoder, plan, threads);
        for (int i = 0; i < 2; i++)
        {
            Assert.IsTrue(session.Step(batch.All, Sessions.Schedule).IsFinite);
        }

        using IPairScorer scorer = new ManagedEngine(threads).CreateScorer(encoder, plan, session.ExportTrained());
        return (Sessions.Bits(session), [.. Sessions.Score(session, batch.Pairs, plan), .. Sessions.Score(scorer, batch.Pairs, plan)]);
    }

    private static void AssertGradientIsMean(SizedBatch batch)
    {
        using TrainingSession session = Sessions.Start(TinyModel.Encoder(Shape), TinyModel.Plan(LoraTargets.All), threads: 2);
        AssertGradientIsMean(batch, session);
    }

    private static void AssertGradientIsMean(SizedBatch batch, TrainingSession session)
    {
        StepResult result = session.Step(batch.All, default);
        string[] names = [.. session.ExportTrained().Tensors.Select(tensor => tensor.Name)];
        Dictionary<string, float[]> actual = names.ToDictionary(name => name, name => session.GradientOf(name).ToArray());

        double loss = 0;
        Dictionary<string, double[]> mean = names.ToDictionary(name => name, name => new double[actual[name].Length]);
        for (int i = 0; i < batch.Pairs.Length; i++)
        {
            double share = batch.Weight(i) / batch.TotalWeight;
            loss += share * session.Step(batch.Only(i), default).Loss;
            foreach ((string name, double[] sum) in mean)
            {
                ReadOnlySpan<float> gradient = session.GradientOf(name);
                for (int j = 0; j < sum.Length; j++)
                {
                    sum[j] += share * gradient[j];
                }
            }
        }

        Assert.AreEqual(loss, result.Loss, Closeness.SingleTolerance * loss);
        foreach (string name in names)
        {
            Closeness.AssertClose(mean[name], actual[name], Closeness.SingleTolerance, name);
        }
    }
}
