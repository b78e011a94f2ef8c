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
    [DataRow(AdaptationMethod.LowRank)]
    [DataRow(AdaptationMethod.AdapterH)]
    [DataRow(AdaptationMethod.AdapterL)]
    [DataRow(AdaptationMethod.FullFineTuning)]
    public void Score_Int8_ShowsNearlyWhatSinglePrecisionShows(AdaptationMethod method)
    {
        // As ByteScoringTests has it for logits.
        const double Tolerance = 0.08;
        TrainablePlan plan = method == AdaptationMethod.LowRank ? TinyModel.Plan(LoraTargets.All) : TinyModel.Plan(method);
        EncodedPair[] pairs = TinyModel.RandomPairs(Encoder.Shape, 8, 90);
        using TrainingSession session = Sessions.Start(Encoder, plan);
        TrainedWeights trained = session.ExportTrained();
        ShownPairs single = Shown(plan, trained, pairs, ScoringPrecision.Single);

        ShownPairs bytes = Shown(plan, trained, pairs, ScoringPrecision.Int8);

        for (int i = 0; i < pairs.Length; i++)
        {
            Assert.AreSame(pairs[i], bytes.Pairs[i]);
            Assert.HasCount(pairs[i].Length * Encoder.Shape.Hidden, bytes.Tokens[i]!);
            Closeness.AssertClose(Array.ConvertAll(single.Tokens[i]!, value => (double)value), bytes.Tokens[i], Tolerance, $"{method}, pair {i}");
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
    [DataRow(ClassificationHead.PretrainedPooler)]
    [DataRow(ClassificationHead.TrainedPooler)]
    [DataRow(ClassificationHead.Dense)]
    public void Score_ObservedOrNot_GivesTheSameBits(ClassificationHead head)
    {
        TrainablePlan plan = TinyModel.Plan(LoraTargets.All, head);
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

    private static ShownPairs Shown(TrainablePlan plan, TrainedWeights trained, EncodedPair[] pairs, ScoringPrecision precision)
    {
        using IPairScorer scorer = new ManagedEngine(3).CreateScorer(Encoder, plan, trained, precision);
        var observer = new ShownPairs(pairs.Length);
        scorer.Score(pairs, new float[pairs.Length * plan.Classes], observer);
        return observer;
    }

    private static IEnumerable<double> LogitsOf(float[] vector, TrainedWeights trained)
    {
        float[] weight = trained.Tensors.Single(tensor => tensor.Name == $"{TrainedNames.Classifier}.weight").Values;
        float[] bias = trained.Tensors.Single(tensor => tensor.Name == $"{TrainedNames.Classifier}.bias").Values;
        return weight.Chunk(vector.Length).Zip(bias, (row, shift) => row.Zip(vector, (w, x) => (double)w * x).Sum() + shift);
    }
}
