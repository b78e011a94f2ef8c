using Microsoft.ML.Lora.Engines;
using Microsoft.ML.Lora.Engines.Managed;
using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Tests.Engines.Managed;

/// <summary>What an observer of scoring is shown.</summary>
[TestClass, TestCategory("Engine")]
public sealed class ObservedScoringTests
{
    private static readonly EncoderWeights Encoder = TinyModel.Encoder(TinyModel.Shape with { PositionRows = 65 });

    [TestMethod]
    [DataRow(ClassificationHead.PretrainedPooler, ScoringPrecision.Single)]
    [DataRow(ClassificationHead.TrainedPooler, ScoringPrecision.Single)]
    [DataRow(ClassificationHead.Dense, ScoringPrecision.Single)]
    [DataRow(ClassificationHead.Dense, ScoringPrecision.Int8)]
    public void Score_Observed_ShowsWhatTheLogitsComeFrom(ClassificationHead head, ScoringPrecision precision)
    {
        TrainablePlan plan = TinyModel.Plan(LoraTargets.All, head);
        EncodedPair[] pairs = TinyModel.RandomPairs(Encoder.Shape, 8, 90);
        using TrainingSession session = Sessions.Start(Encoder, plan);
        TrainedWeights trained = session.ExportTrained();
        using IPairScorer plain = new ManagedEngine(3).CreateScorer(Encoder, plan, trained);
        using IPairScorer observable = new ManagedEngine(3).CreateScorer(Encoder, plan, trained, precision, observable: true);
        var observer = new ShownPairs(pairs.Length);
        float[] logits = new float[pairs.Length * plan.Classes];

        observable.Score(pairs, logits, observer);

        double tolerance = precision == ScoringPrecision.Int8 ? 0.08 : Closeness.SingleTolerance;
        Closeness.AssertClose(Array.ConvertAll(Sessions.Score(plain, pairs, plan), value => (double)value), logits, tolerance, $"{head}");
        for (int i = 0; i < pairs.Length; i++)
        {
            Assert.AreSame(pairs[i], observer.Pairs[i]);
            Assert.HasCount(pairs[i].Length * Encoder.Shape.Hidden, observer.Tokens[i]!);
        }
    }

    [TestMethod]
    public void Score_MorePairsThanAWindow_ShowsEachUnderItsNumber()
    {
        TrainablePlan plan = TinyModel.Plan(LoraTargets.All);
        EncodedPair[] pairs = TinyModel.RandomPairs(Encoder.Shape, 8, 2100);
        using TrainingSession session = Sessions.Start(Encoder, plan);
        using IPairScorer scorer = new ManagedEngine(2).CreateScorer(Encoder, plan, session.ExportTrained(), observable: true);
        var observer = new ShownPairs(pairs.Length);

        scorer.Score(pairs, new float[pairs.Length * plan.Classes], observer);

        CollectionAssert.AreEqual(pairs, observer.Pairs);
    }

    [TestMethod]
    public void Score_ObservableButUnobserved_GivesTheSameBits()
    {
        TrainablePlan plan = TinyModel.Plan(LoraTargets.All);
        EncodedPair[] pairs = TinyModel.RandomPairs(Encoder.Shape, 8, 40);
        using TrainingSession session = Sessions.Start(Encoder, plan);
        using IPairScorer scorer = new ManagedEngine(1).CreateScorer(Encoder, plan, session.ExportTrained(), observable: true);
        float[] observed = new float[pairs.Length * plan.Classes];

        scorer.Score(pairs, observed, new ShownPairs(pairs.Length));

        CollectionAssert.AreEqual(observed, Sessions.Score(scorer, pairs, plan));
    }

    [TestMethod]
    public void Score_NotObservable_SaysSo()
    {
        TrainablePlan plan = TinyModel.Plan(LoraTargets.All);
        using TrainingSession session = Sessions.Start(Encoder, plan);
        using IPairScorer scorer = new ManagedEngine(1).CreateScorer(Encoder, plan, session.ExportTrained());

        InvalidOperationException exception = Assert.ThrowsExactly<InvalidOperationException>(
            () => scorer.Score(TinyModel.RandomPairs(Encoder.Shape, 8, 1), new float[2], new ShownPairs(1)));

        Assert.AreEqual("This scorer was made for logits alone and cannot be observed. Create it as observable.", exception.Message);
    }
}
