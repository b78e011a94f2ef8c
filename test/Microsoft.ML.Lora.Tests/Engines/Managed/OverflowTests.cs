using Microsoft.ML.Lora.Engines;
using Microsoft.ML.Lora.Engines.Managed;
using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Tests.Engines.Managed;

/// <summary>Activations and gradients beyond fp32's range spoil what they belong to, and nothing else.</summary>
[TestClass, TestCategory("Engine")]
public sealed class OverflowTests
{
    private static readonly EncoderShape Shape = TinyModel.Shape with { PositionRows = 34 };

    /// <summary>A word that no random pair has, and whose vector sums up to ∞.</summary>
    private static readonly int Huge = Shape.Vocabulary - 1;

    private static readonly SizedBatch Normal = new(Shape with { Vocabulary = Huge }, 4, 1, 33, 2, 16, 17, 5, 31, 1, 32);

    public static IEnumerable<object[]> EachTarget =>
        TinyModel.Plan(LoraTargets.All).Adapter.EachTarget().Select(target => new object[] { target });

    [TestMethod]
    [DataRow(1, null)]
    [DataRow(3, null)]
    [DataRow(1, 1)]
    public void Score_OverflowingPairAmongOthers_TheyKeepTheirBits(int threads, int? topLayers)
    {
        EncoderWeights encoder = EncoderWithHugeWord();
        TrainablePlan plan = TinyModel.Plan(LoraTargets.All, topLayers: topLayers);
        using TrainingSession session = Sessions.Start(encoder, plan, threads);
        using IPairScorer scorer = new ManagedEngine(threads).CreateScorer(encoder, plan, session.ExportTrained());
        foreach (Func<EncodedPair[], float[]> score in (Func<EncodedPair[], float[]>[])
            [pairs => Sessions.Score(session, pairs, plan), pairs => Sessions.Score(scorer, pairs, plan)])
        {
            float[] alone = [.. Normal.Pairs.SelectMany(pair => score([pair]))];
            for (int place = 0; place <= Normal.Pairs.Length; place++)
            {
                float[] logits = score([.. Normal.Pairs[..place], Overflowing(place), .. Normal.Pairs[place..]]);

                int at = place * plan.Classes;
                CollectionAssert.AreEqual(alone, (float[])[.. logits[..at], .. logits[(at + plan.Classes)..]], $"at place {place}");
                Assert.IsFalse(logits[at..(at + plan.Classes)].Any(float.IsFinite), $"at place {place}");
            }

            CollectionAssert.AreEqual(alone, score(Normal.Pairs));
        }
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(3)]
    public void Step_OverflowingPairAmongOthers_SaysSoAndChangesNothing(int threads)
    {
        EncoderWeights encoder = EncoderWithHugeWord();
        TrainablePlan plan = TinyModel.Plan(LoraTargets.All, ClassificationHead.TrainedPooler);
        using TrainingSession session = Sessions.Start(encoder, plan, threads);
        using TrainingSession untroubled = Sessions.Start(encoder, plan, threads);
        session.Step(Normal.All, Sessions.Schedule);
        untroubled.Step(Normal.All, Sessions.Schedule);
        for (int place = 0; place <= Normal.Pairs.Length; place++)
        {
            EncodedPair[] pairs = [.. Normal.Pairs[..place], Overflowing(place), .. Normal.Pairs[place..]];

            AssertRefused(session, pairs);
        }

        session.Step(Normal.All, Sessions.Schedule);
        untroubled.Step(Normal.All, Sessions.Schedule);
        CollectionAssert.AreEqual(Sessions.Bits(untroubled), Sessions.Bits(session));
    }

    [TestMethod, DynamicData(nameof(EachTarget))]
    public void StepAndScore_HugeMatrix_StepIsRefusedAndLogitsAreNotFinite(LoraTargets target)
    {
        foreach (int layer in (int[])[0, 1])
        {
            EncoderWeights encoder = TinyModel.Encoder(Shape);
            foreach (ref float weight in encoder.Layers[layer][target].Weight.Values.AsSpan())
            {
                weight *= float.MaxValue;
            }

            TrainablePlan plan = TinyModel.Plan(LoraTargets.QueryAndValue);
            using TrainingSession session = Sessions.Start(encoder, plan);

            AssertRefused(session, Normal.Pairs);
            Assert.IsFalse(Sessions.Score(session, Normal.Pairs, plan).All(float.IsFinite), $"layer {layer}");
        }
    }

    [TestMethod]
    public void Step_GradientOverflowsUnderFiniteLoss_SaysSoAndChangesNothing()
    {
        // With A = 0 the update is 0, whatever B and the scaling are; but A's gradient goes through both.
        TrainablePlan plan = TinyModel.Plan(LoraTargets.Value);
        plan = plan with { Adapter = plan.Adapter with { Scaling = 1e30f } };
        using TrainingSession session = Sessions.Start(TinyModel.Encoder(Shape), plan);
        TrainedWeights trained = session.ExportTrained();
        Dictionary<string, float[]> values = trained.Tensors.ToDictionary(tensor => tensor.Name, tensor => tensor.Values);
        for (int layer = 0; layer < Shape.Layers; layer++)
        {
            Array.Clear(values[TrainedNames.FactorA(layer, LoraTargets.Value)]);
            Array.Fill(values[TrainedNames.FactorB(layer, LoraTargets.Value)], 1e12f);
        }

        session.ImportTrained(trained);

        StepResult result = AssertRefused(session, Normal.Pairs);

        Assert.IsTrue(double.IsFinite(result.Loss));
    }

    private static StepResult AssertRefused(TrainingSession session, EncodedPair[] pairs)
    {
        int[] before = Sessions.Bits(session);
        long steps = session.ExportOptimizer().Steps;
        int[] labels = [.. pairs.Select((_, i) => i % 2)];
        float[] ones = [.. pairs.Select(_ => 1f)];

        StepResult result = session.Step(new TrainingBatch { Pairs = pairs, Labels = labels, Weights = ones }, Sessions.Schedule);

        Assert.IsFalse(result.IsFinite);
        CollectionAssert.AreEqual(before, Sessions.Bits(session));
        Assert.AreEqual(steps, session.ExportOptimizer().Steps);
        return result;
    }

    private static EncoderWeights EncoderWithHugeWord()
    {
        EncoderWeights encoder = TinyModel.Encoder(Shape);
        encoder.Embeddings.Words.Values.AsSpan(Huge * Shape.Hidden, Shape.Hidden).Fill(float.MaxValue);
        return encoder;
    }

    /// <summary>A pair of nine tokens with the huge word at one place or another.</summary>
    private static EncodedPair Overflowing(int place)
    {
        int[] ids = [.. Enumerable.Range(1, 9)];
        ids[place % ids.Length] = Huge;
        return new EncodedPair(ids, new TokenSpan(1, 3), new TokenSpan(5, 3));
    }
}
