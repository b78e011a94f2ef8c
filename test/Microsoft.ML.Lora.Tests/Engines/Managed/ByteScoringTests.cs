using Microsoft.ML.Lora.Engines;
using Microsoft.ML.Lora.Engines.Managed;
using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Pipeline;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Tests.Engines.Managed;

/// <summary>Scoring in <see cref="ScoringPrecision.Int8"/>, which is the same with and without the instructions that make it fast.</summary>
[TestClass, TestCategory("Engine")]
public sealed class ByteScoringTests
{
    /// <summary>
    /// Rounding moves each number by up to 1/254 of its row's largest; with random signs a product keeps about 1 % of that relative to its
    /// own size, and two to four layers add up.
    /// </summary>
    private const double Tolerance = 0.08;

    private static readonly EncoderWeights Encoder = TinyModel.Encoder(TinyModel.Shape with { Layers = 3, PositionRows = 65 });
    private static readonly TrainablePlan Plan = TinyModel.Plan(LoraTargets.All, classes: 3);

    [TestMethod]
    public void Score_TinyModel_IsNearSinglePrecision()
    {
        EncodedPair[] pairs = TinyModel.RandomPairs(Encoder.Shape, 8, 60);
        using TrainingSession session = Sessions.Start(Encoder, Plan);
        TrainedWeights trained = session.ExportTrained();

        AssertNear(Encoder, Plan, trained, pairs);
    }

    [TestMethod]
    public void Score_MiniEncoder_IsNearSinglePrecision()
    {
        LoadedEncoder mini = PretrainedEncoder.Mini.Handle.Load();
        TrainablePlan plan = TinyModel.Plan(LoraTargets.QueryAndValue);
        EncodedPair[] pairs =
        [
            mini.Tokenizer.Encode("How do I learn to play the piano?", "What is the best way to learn the piano?", 128),
            mini.Tokenizer.Encode("Where is my order?", "Can I cancel my subscription at any time, and will I be refunded?", 128),
            mini.Tokenizer.Encode("", "", 128),
        ];
        using ITrainingSession session = new ManagedEngine(1).StartTraining(mini.Weights, plan, Sessions.Optimizer, seed: 1);
        TrainedWeights trained = TinyModel.Randomized(session.ExportTrained(), 3);

        // Small enough updates to leave the encoder what it was trained to be.
        TrainedWeights small = new([.. trained.Tensors.Select(tensor =>
            new NamedTensor(tensor.Name, tensor.Shape, Array.ConvertAll(tensor.Values, value => 0.1f * value)))]);
        AssertNear(mini.Weights, plan, small, pairs);
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(3)]
    public void Score_AloneOrInABatchOrWithOtherThreads_SameBits(int threads)
    {
        EncodedPair[] pairs = TinyModel.RandomPairs(Encoder.Shape, 8, 90);
        using IPairScorer one = Scorer(1);
        using IPairScorer scorer = Scorer(threads);
        float[] expected = Sessions.Score(one, pairs, Plan);

        float[] together = Sessions.Score(scorer, pairs, Plan);

        float[] alone = [.. pairs.SelectMany(pair => Sessions.Score(scorer, [pair], Plan))];
        CollectionAssert.AreEqual(expected, together);
        CollectionAssert.AreEqual(expected, alone);
    }

    [TestMethod]
    public void Score_NotANumberInTheWeights_ShowsInEveryLogit()
    {
        Matrix weight = Encoder.Layers[1].FeedForwardIn.Weight;
        float[] values = [.. weight.Values];
        values[17] = float.NaN;
        LayerWeights spoilt = Encoder.Layers[1] with
        {
            FeedForwardIn = Encoder.Layers[1].FeedForwardIn with { Weight = new Matrix(weight.Rows, weight.Columns, values) },
        };
        using TrainingSession session = Sessions.Start(Encoder, Plan);
        EncoderWeights encoder = Encoder with { Layers = [Encoder.Layers[0], spoilt, Encoder.Layers[2]] };
        using IPairScorer scorer = new ManagedEngine(1).CreateScorer(encoder, Plan, session.ExportTrained(), ScoringPrecision.Int8);

        float[] logits = Sessions.Score(scorer, TinyModel.RandomPairs(Encoder.Shape, 8, 5), Plan);

        Assert.IsTrue(logits.All(float.IsNaN), string.Join(' ', logits));
    }

    [TestMethod]
    public void Score_Again_AllocatesNothing()
    {
        EncodedPair[] pairs = TinyModel.RandomPairs(Encoder.Shape, 8, 40);
        var logits = new float[pairs.Length * Plan.Classes];
        using IPairScorer scorer = Scorer(1);

        SteadyState.AssertAllocatesNothing(() => scorer.Score(pairs, logits));
    }

    private static void AssertNear(EncoderWeights encoder, TrainablePlan plan, TrainedWeights trained, EncodedPair[] pairs)
    {
        var engine = new ManagedEngine(2);
        using IPairScorer single = engine.CreateScorer(encoder, plan, trained, ScoringPrecision.Single);
        using IPairScorer bytes = engine.CreateScorer(encoder, plan, trained, ScoringPrecision.Int8);

        float[] expected = Sessions.Score(single, pairs, plan);
        float[] actual = Sessions.Score(bytes, pairs, plan);

        CollectionAssert.AreNotEqual(expected, actual, "Nothing was rounded.");
        Closeness.AssertClose(Array.ConvertAll(expected, value => (double)value), actual, Tolerance, "logits");
    }

    private static IPairScorer Scorer(int threads)
    {
        using TrainingSession session = Sessions.Start(Encoder, Plan);
        return new ManagedEngine(threads).CreateScorer(Encoder, Plan, session.ExportTrained(), ScoringPrecision.Int8);
    }
}
