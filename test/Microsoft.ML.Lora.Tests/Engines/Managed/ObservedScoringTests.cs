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
        using IPairScorer observed = new ManagedEngine(3).CreateScorer(Encoder, plan, trained, precision);
        var observer = new ShownPairs(pairs.Length);
        float[] logits = new float[pairs.Length * plan.Classes];

        observed.Score(pairs, logits, observer);

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
        using IPairScorer scorer = new ManagedEngine(2).CreateScorer(Encoder, plan, session.ExportTrained());
        var observer = new ShownPairs(pairs.Length);

        scorer.Score(pairs, new float[pairs.Length * plan.Classes], observer);

        CollectionAssert.AreEqual(pairs, observer.Pairs);
    }

    [TestMethod]
    public void Score_ObservedOrNot_GivesTheSameBits()
    {
        TrainablePlan plan = TinyModel.Plan(LoraTargets.All);
        EncodedPair[] pairs = TinyModel.RandomPairs(Encoder.Shape, 8, 40);
        using TrainingSession session = Sessions.Start(Encoder, plan);
        using IPairScorer scorer = new ManagedEngine(1).CreateScorer(Encoder, plan, session.ExportTrained());
        float[] observed = new float[pairs.Length * plan.Classes];

        scorer.Score(pairs, observed, new ShownPairs(pairs.Length));

        CollectionAssert.AreEqual(observed, Sessions.Score(scorer, pairs, plan));
    }

    /// <summary>The head on an encoder without the last layer reads what the whole encoder's last layer reads.</summary>
    [TestMethod]
    public void Score_Observed_ShowsWhatGoesIntoTheLastLayer()
    {
        EncoderWeights encoder = TinyModel.Encoder(TinyModel.Shape with { Layers = 3 });
        EncoderWeights lower = encoder with { Shape = encoder.Shape with { Layers = 2 }, Layers = [.. encoder.Layers.Take(2)] };
        TrainablePlan plan = TinyModel.Plan(LoraTargets.None, ClassificationHead.Dense);
        EncodedPair[] pairs = TinyModel.RandomPairs(encoder.Shape, 8, 90);
        using TrainingSession session = Sessions.Start(encoder, plan);
        TrainedWeights trained = session.ExportTrained();
        using IPairScorer whole = new ManagedEngine(3).CreateScorer(encoder, plan, trained);
        using IPairScorer below = new ManagedEngine(3).CreateScorer(lower, plan, trained);
        var observer = new ShownPairs(pairs.Length);

        whole.Score(pairs, new float[pairs.Length * plan.Classes], observer);

        double[] expected = [.. observer.Tokens.SelectMany(tokens => LogitsOf(tokens![..encoder.Shape.Hidden], trained))];
        Closeness.AssertClose(expected, Sessions.Score(below, pairs, plan), Closeness.SingleTolerance, "logits");
    }

    [TestMethod]
    public void Score_OneLayer_ShowsNormalizedEmbeddings()
    {
        EncoderWeights encoder = TinyModel.Encoder(TinyModel.Shape with { Layers = 1 });
        TrainablePlan plan = TinyModel.Plan(LoraTargets.All);
        EncodedPair[] pairs = TinyModel.RandomPairs(encoder.Shape, 8, 3);
        using TrainingSession session = Sessions.Start(encoder, plan);
        using IPairScorer scorer = new ManagedEngine(1).CreateScorer(encoder, plan, session.ExportTrained());
        var observer = new ShownPairs(pairs.Length);

        scorer.Score(pairs, new float[pairs.Length * plan.Classes], observer);

        Normalization norm = encoder.Embeddings.Norm;
        foreach (float[] row in observer.Tokens.SelectMany(tokens => tokens!.Chunk(encoder.Shape.Hidden)))
        {
            double[] normalized = [.. row.Select((value, column) => ((double)value - norm.Bias[column]) / norm.Gain[column])];
            Assert.AreEqual(0, normalized.Average(), 1e-4);
            Assert.AreEqual(1, normalized.Average(value => value * value), 1e-2);
        }
    }

    private static IEnumerable<double> LogitsOf(float[] vector, TrainedWeights trained)
    {
        float[] weight = trained.Tensors.Single(tensor => tensor.Name == $"{TrainedNames.Classifier}.weight").Values;
        float[] bias = trained.Tensors.Single(tensor => tensor.Name == $"{TrainedNames.Classifier}.bias").Values;
        return weight.Chunk(vector.Length).Zip(bias, (row, shift) => row.Zip(vector, (w, x) => (double)w * x).Sum() + shift);
    }
}
