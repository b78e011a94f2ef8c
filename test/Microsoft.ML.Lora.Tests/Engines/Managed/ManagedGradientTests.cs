using Microsoft.ML.Lora.Engines;
using Microsoft.ML.Lora.Engines.Managed;
using Microsoft.ML.Lora.Engines.Managed.Kernels;
using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Tests.Engines.Managed;

/// <summary>Loss, logits and every trained gradient against the scalar reference and its central finite differences.</summary>
[TestClass]
public sealed class ManagedGradientTests
{
    private const ulong Seed = 5;

    public static IEnumerable<object[]> Targets() =>
    [
        [LoraTargets.None], [LoraTargets.Query], [LoraTargets.Key], [LoraTargets.Value], [LoraTargets.AttentionOutput],
        [LoraTargets.FeedForwardIn], [LoraTargets.FeedForwardOut], [LoraTargets.QueryAndValue], [LoraTargets.Key | LoraTargets.FeedForwardOut],
        [LoraTargets.All],
    ];

    [TestMethod, DynamicData(nameof(Targets)), TestCategory("Engine")]
    public void Step_AnyTargets_GradientsMatchReference(LoraTargets targets) => AssertMatches(TinyModel.Shape, TinyModel.Plan(targets));

    [TestMethod, TestCategory("Engine")]
    [DataRow(ClassificationHead.PretrainedPooler, LoraTargets.None)]
    [DataRow(ClassificationHead.TrainedPooler, LoraTargets.None)]
    [DataRow(ClassificationHead.TrainedPooler, LoraTargets.QueryAndValue)]
    [DataRow(ClassificationHead.Dense, LoraTargets.None)]
    [DataRow(ClassificationHead.Dense, LoraTargets.QueryAndValue)]
    public void Step_AnyHead_GradientsMatchReference(ClassificationHead head, LoraTargets targets) =>
        AssertMatches(TinyModel.Shape, TinyModel.Plan(targets, head));

    [TestMethod]
    [DataRow(nameof(Activation.GeluTanh))]
    [DataRow(nameof(Activation.Relu))]
    public void Step_AnyActivation_GradientsMatchReference(string activation) =>
        AssertMatches(TinyModel.Shape with { Activation = Enum.Parse<Activation>(activation) }, TinyModel.Plan(LoraTargets.All));

    [TestMethod]
    [DataRow(1, 2, 1)]
    [DataRow(3, 2, 3)]
    [DataRow(17, 5, 2)]
    public void Step_AnyRankClassesAndDepth_GradientsMatchReference(int rank, int classes, int layers) =>
        AssertMatches(TinyModel.Shape with { Layers = layers }, TinyModel.Plan(LoraTargets.QueryAndValue, rank: rank, classes: classes));

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    public void Step_OtherSegmentTables_GradientsMatchReference(int segments) =>
        AssertMatches(TinyModel.Shape with { Segments = segments }, TinyModel.Plan(LoraTargets.QueryAndValue));

    [TestMethod, TestCategory("Engine")]
    [DataRow(LoraTargets.QueryAndValue, 1)]
    [DataRow(LoraTargets.FeedForwardOut, 2)]
    [DataRow(LoraTargets.All, 1)]
    [DataRow(LoraTargets.All, 2)]
    [DataRow(LoraTargets.All, 3)]
    public void Step_TopLayersOnly_GradientsMatchReference(LoraTargets targets, int topLayers) =>
        AssertMatches(TinyModel.Shape with { Layers = 3 }, TinyModel.Plan(targets, topLayers: topLayers));

    [TestMethod, TestCategory("Engine")]
    [DataRow(LoraTargets.QueryAndValue)]
    [DataRow(LoraTargets.All)]
    public void Step_Dropout_GradientsMatchReferenceWithTheSameMasks(LoraTargets targets) =>
        AssertMatches(TinyModel.Shape, TinyModel.Plan(targets, dropout: 0.3f));

    [TestMethod, TestCategory("Engine")]
    [DataRow(AdaptationMethod.FullFineTuning, null, 2, ClassificationHead.TrainedPooler)]
    [DataRow(AdaptationMethod.FullFineTuning, null, 1, ClassificationHead.Dense)]
    [DataRow(AdaptationMethod.LastLayers, 1, 2, ClassificationHead.TrainedPooler)]
    [DataRow(AdaptationMethod.LastLayers, 2, 3, ClassificationHead.PretrainedPooler)]
    [DataRow(AdaptationMethod.LastLayers, 2, 2, ClassificationHead.Dense)]
    [DataRow(AdaptationMethod.AdapterH, null, 2, ClassificationHead.PretrainedPooler)]
    [DataRow(AdaptationMethod.AdapterH, 1, 2, ClassificationHead.TrainedPooler)]
    [DataRow(AdaptationMethod.AdapterL, null, 3, ClassificationHead.PretrainedPooler)]
    [DataRow(AdaptationMethod.AdapterL, 1, 2, ClassificationHead.Dense)]
    public void Step_AnyMethod_GradientsMatchReference(AdaptationMethod method, int? topLayers, int layers, ClassificationHead head) =>
        AssertMatches(TinyModel.Shape with { Layers = layers }, TinyModel.Plan(method, topLayers, head));

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    public void Step_AllTrainedWithOtherSegmentTables_GradientsMatchReference(int segments) =>
        AssertMatches(TinyModel.Shape with { Segments = segments }, TinyModel.Plan(AdaptationMethod.FullFineTuning));

    [TestMethod, TestCategory("Engine")]
    public void Step_BatchOfManyChunks_GradientIsTheWeightedMeanOfItsPairs() => AssertMeanOfPairs(TinyModel.Plan(LoraTargets.All));

    [TestMethod, TestCategory("Engine")]
    [DataRow(AdaptationMethod.FullFineTuning, null)]
    [DataRow(AdaptationMethod.LastLayers, 1)]
    [DataRow(AdaptationMethod.AdapterH, null)]
    [DataRow(AdaptationMethod.AdapterL, null)]
    public void Step_AnyMethodAndManyChunks_GradientIsTheWeightedMeanOfItsPairs(AdaptationMethod method, int? topLayers) =>
        AssertMeanOfPairs(TinyModel.Plan(method, topLayers));

    private static void AssertMeanOfPairs(TrainablePlan plan)
    {
        // Some thousand tokens: all lanes, several chunks in each, and pairs of one chunk that have lengths of their own.
        EncoderShape shape = TinyModel.Shape with { PositionRows = 201 };
        EncodedPair[] pairs = TinyModel.RandomPairs(shape, 6, 80);
        int[] labels = [.. pairs.Select(pair => pair.TokenIds[0] % 2)];
        float[] weights = [.. pairs.Select(pair => 0.5f + pair.TokenIds[1] % 4)];
        using TrainingSession session = Sessions.Start(TinyModel.Encoder(shape), plan, threads: 2);
        Dictionary<string, double[]> expected =
            session.ExportTrained().Tensors.ToDictionary(tensor => tensor.Name, tensor => new double[tensor.Values.Length]);
        Dictionary<string, double> largestPart = expected.Keys.ToDictionary(name => name, _ => 0.0);
        for (int i = 0; i < pairs.Length; i++)
        {
            session.Step(new TrainingBatch { Pairs = pairs.AsSpan(i, 1), Labels = labels.AsSpan(i, 1), Weights = weights.AsSpan(i, 1) }, default);
            foreach ((string name, double[] sum) in expected)
            {
                ReadOnlySpan<float> gradient = session.GradientOf(name);
                double share = weights[i] / weights.Sum(weight => (double)weight);
                double largest = 0;
                for (int j = 0; j < sum.Length; j++)
                {
                    sum[j] += gradient[j] * share;
                    largest = Math.Max(largest, Math.Abs(gradient[j] * share));
                }

                largestPart[name] += largest;
            }
        }

        StepResult result = session.Step(new TrainingBatch { Pairs = pairs, Labels = labels, Weights = weights }, default);

        foreach ((string name, double[] mean) in expected)
        {
            if (KeyBias.IsOne(name))
            {
                KeyBias.AssertNoGradient(session.GradientOf(name), result.GradientNorm, name);
                continue;
            }

            // The pairs' gradients cancel in part, and what is left is as far off as its parts are.
            Closeness.AssertWithin(mean, session.GradientOf(name), Closeness.SingleTolerance * largestPart[name], name);
        }
    }

    private static void AssertMatches(EncoderShape shape, TrainablePlan plan)
    {
        EncoderWeights encoder = TinyModel.Encoder(shape);
        EncodedPair[] pairs = TinyModel.Pairs(shape, 2, 3, 9, 4, 8, 5);
        int[] labels = [1, 0, 1, 1, plan.Classes - 1];
        float[] weights = [1, 2.5f, 0.5f, 1, 3];
        using var session = (TrainingSession)new ManagedEngine(1).StartTraining(encoder, plan, Sessions.Optimizer, Seed);
        session.ImportTrained(TinyModel.Randomized(session.ExportTrained(), 3));
        var reference = new ReferenceClassifier(encoder, plan, session.ExportTrained());
        ReferenceClassifier.Mask? mask = plan.Adapter.Dropout > 0 ? Masks(shape, plan, pairs) : null;

        StepResult result = session.Step(new TrainingBatch { Pairs = pairs, Labels = labels, Weights = weights }, default);

        Assert.AreEqual(reference.Loss(pairs, labels, weights, mask), result.Loss, Closeness.SingleTolerance * result.Loss);
        double squares = 0;
        foreach (string name in reference.Trained.Keys)
        {
            double[] expected = reference.Gradient(name, pairs, labels, weights, mask);
            squares += expected.Sum(value => value * value);
            if (KeyBias.IsOne(name))
            {
                KeyBias.AssertNoGradient(session.GradientOf(name), result.GradientNorm, name);
                continue;
            }

            Closeness.AssertClose(expected, session.GradientOf(name), Closeness.SingleTolerance, name);
        }

        Assert.AreEqual(Math.Sqrt(squares), result.GradientNorm, Closeness.SingleTolerance * result.GradientNorm);
    }

    /// <summary>
    /// The masks of a session's first step, by the numbering that <see cref="LowRankUpdate"/> and <see cref="RowBlock"/> state.
    /// </summary>
    private static ReferenceClassifier.Mask Masks(EncoderShape shape, TrainablePlan plan, EncodedPair[] pairs)
    {
        ulong stepSeed = new SeededRandom(SeededRandom.Derive(Seed, "dropout")).NextBits();
        LoraTargets[] targets = [.. plan.Adapter.EachTarget()];
        int[] starts = [.. pairs.Select((_, i) => pairs[..i].Sum(pair => pair.Length))];
        return (sequence, layer, target, row, column) =>
        {
            bool firstTokens = layer == shape.Layers - 1 && target is not (LoraTargets.Key or LoraTargets.Value);
            int width = target == LoraTargets.FeedForwardOut ? shape.FeedForward : shape.Hidden;
            int maskRow = firstTokens ? sequence : starts[sequence] + row;
            ulong seed = stepSeed + (ulong)(layer * targets.Length + Array.IndexOf(targets, target));
            float[] one = [1];
            Dropout.Forward(one, seed, (long)maskRow * width + column, plan.Adapter.Dropout, one);
            return one[0];
        };
    }
}
