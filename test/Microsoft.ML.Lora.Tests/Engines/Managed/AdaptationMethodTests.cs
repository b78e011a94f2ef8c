using Microsoft.ML.Lora.Engines;
using Microsoft.ML.Lora.Engines.Managed;
using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Tests.Engines.Managed;

/// <summary>What holds of every method as it does of low-rank updates; their gradients are among those of <see cref="ManagedGradientTests"/>.</summary>
[TestClass]
public sealed class AdaptationMethodTests
{
    /// <summary>Long enough sequences for a batch to use all lanes, with more than one chunk in each.</summary>
    private static readonly EncoderShape LongShape = TinyModel.Shape with { PositionRows = 257 };

    public static IEnumerable<object?[]> Methods() =>
    [
        [AdaptationMethod.FullFineTuning, null], [AdaptationMethod.LastLayers, 1], [AdaptationMethod.AdapterH, null],
        [AdaptationMethod.AdapterH, 1], [AdaptationMethod.AdapterL, null],
    ];

    [TestMethod, DynamicData(nameof(Methods)), TestCategory("Engine")]
    public void Step_AnyNumberOfThreads_SameBits(AdaptationMethod method, int? topLayers)
    {
        EncoderWeights encoder = TinyModel.Encoder(LongShape);
        TrainablePlan plan = TinyModel.Plan(method, topLayers);
        int[]? expected = null;
        foreach (int threads in (int[])[1, 2, 3, 8])
        {
            using TrainingSession session = Sessions.Start(encoder, plan, threads);
            for (int i = 0; i < 3; i++)
            {
                Sessions.Step(session, LongShape, i, 48);
            }

            int[] bits = Sessions.Bits(session);
            CollectionAssert.AreEqual(expected ??= bits, bits, $"{threads} threads");
        }
    }

    [TestMethod, DynamicData(nameof(Methods)), TestCategory("Engine")]
    public void Step_ResumedFromExport_SameBitsAsUninterrupted(AdaptationMethod method, int? topLayers)
    {
        EncoderWeights encoder = TinyModel.Encoder();
        TrainablePlan plan = TinyModel.Plan(method, topLayers);
        using TrainingSession whole = Sessions.Start(encoder, plan);
        Sessions.Step(whole, encoder.Shape, 0);
        using ITrainingSession resumed = new ManagedEngine(2).StartTraining(encoder, plan, Sessions.Optimizer, seed: 99);
        resumed.ImportTrained(whole.ExportTrained());
        resumed.ImportOptimizer(whole.ExportOptimizer());

        for (int i = 1; i < 4; i++)
        {
            Sessions.Step(whole, encoder.Shape, i);
            Sessions.Step(resumed, encoder.Shape, i);
        }

        CollectionAssert.AreEqual(Sessions.Bits(whole), Sessions.Bits(resumed));
    }

    [TestMethod, DynamicData(nameof(Methods)), TestCategory("Engine")]
    public void Step_SteadyState_AllocatesNothing(AdaptationMethod method, int? topLayers)
    {
        EncoderWeights encoder = TinyModel.Encoder();
        using TrainingSession session = Sessions.Start(encoder, TinyModel.Plan(method, topLayers));
        EncodedPair[] pairs = TinyModel.RandomPairs(encoder.Shape, 1, 40);
        var labels = new int[40];
        float[] weights = [.. Enumerable.Repeat(1f, 40)];
        void Step() => session.Step(new TrainingBatch { Pairs = pairs, Labels = labels, Weights = weights }, Sessions.Schedule);

        SteadyState.AssertAllocatesNothing(Step);
    }

    [TestMethod, DynamicData(nameof(Methods)), TestCategory("Engine")]
    public void Score_AfterSteps_AgreesWithAScorerOfTheExportedWeights(AdaptationMethod method, int? topLayers)
    {
        EncoderWeights encoder = TinyModel.Encoder();
        TrainablePlan plan = TinyModel.Plan(method, topLayers);
        EncodedPair[] pairs = TinyModel.RandomPairs(encoder.Shape, 8, 40);
        using TrainingSession session = Sessions.Start(encoder, plan);
        float[] before = Sessions.Score(session, pairs, plan);
        for (int i = 0; i < 3; i++)
        {
            Sessions.Step(session, encoder.Shape, i);
        }

        float[] trained = Sessions.Score(session, pairs, plan);
        using IPairScorer scorer = new ManagedEngine(2).CreateScorer(encoder, plan, session.ExportTrained());

        CollectionAssert.AreEqual(trained, Sessions.Score(scorer, pairs, plan));
        CollectionAssert.AreNotEqual(before, trained);
    }

    [TestMethod, DynamicData(nameof(Methods)), TestCategory("Engine")]
    public void Score_Int8_IsNearSinglePrecision(AdaptationMethod method, int? topLayers)
    {
        // As ByteScoringTests has it for low-rank updates; bottlenecks themselves stay in single precision.
        const double Tolerance = 0.08;
        EncoderWeights encoder = TinyModel.Encoder();
        TrainablePlan plan = TinyModel.Plan(method, topLayers);
        EncodedPair[] pairs = TinyModel.RandomPairs(encoder.Shape, 8, 40);
        using ITrainingSession session = new ManagedEngine(1).StartTraining(encoder, plan, Sessions.Optimizer, 1);
        TrainedWeights trained = session.ExportTrained();
        using IPairScorer single = new ManagedEngine(1).CreateScorer(encoder, plan, trained);
        using IPairScorer bytes = new ManagedEngine(1).CreateScorer(encoder, plan, trained, ScoringPrecision.Int8);

        double[] expected = Array.ConvertAll(Sessions.Score(single, pairs, plan), value => (double)value);
        float[] actual = Sessions.Score(bytes, pairs, plan);

        Closeness.AssertClose(expected, actual, Tolerance, method.ToString());
        CollectionAssert.AreNotEqual(Sessions.Score(single, pairs, plan), actual);
    }

    [TestMethod, TestCategory("Engine")]
    [DataRow(AdaptationMethod.FullFineTuning, null)]
    [DataRow(AdaptationMethod.LastLayers, 1)]
    public void StartTraining_WeightsThemselves_StartFromTheCheckpoint(AdaptationMethod method, int? topLayers)
    {
        EncoderWeights encoder = TinyModel.Encoder();
        IReadOnlyDictionary<string, Matrix> checkpoint = EncoderTensors.ByName(encoder);

        using ITrainingSession session = new ManagedEngine(1).StartTraining(encoder, TinyModel.Plan(method, topLayers), Sessions.Optimizer, 1);

        NamedTensor[] own = [.. session.ExportTrained().Tensors.Where(tensor => checkpoint.ContainsKey(tensor.Name))];
        Assert.HasCount(session.ExportTrained().Tensors.Count - 2, own, "All but the classifier's two.");
        foreach (NamedTensor tensor in own)
        {
            CollectionAssert.AreEqual(checkpoint[tensor.Name].Values, tensor.Values, tensor.Name);
        }
    }

    [TestMethod]
    [DataRow(AdaptationMethod.AdapterH)]
    [DataRow(AdaptationMethod.AdapterL)]
    public void StartTraining_Bottlenecks_StartNearNothing(AdaptationMethod method)
    {
        EncoderShape shape = TinyModel.Shape with { Hidden = 96 };
        EncoderWeights encoder = TinyModel.Encoder(shape);
        TrainablePlan plan = TinyModel.Plan(method, head: ClassificationHead.PretrainedPooler, bottleneck: 24);
        EncodedPair[] pairs = TinyModel.RandomPairs(shape, 8, 20);
        using ITrainingSession session = new ManagedEngine(1).StartTraining(encoder, plan, Sessions.Optimizer, 1);
        using ITrainingSession headOnly = new ManagedEngine(1).StartTraining(encoder, TinyModel.Plan(LoraTargets.None), Sessions.Optimizer, 1);

        Dictionary<string, float[]> start = session.ExportTrained().Tensors.ToDictionary(tensor => tensor.Name, tensor => tensor.Values);
        BottleneckPlace place = plan.Adapter.Bottlenecks[0];
        float[] down = start[TrainedNames.Weight(TrainedNames.BottleneckDown(1, place))];

        // A normal distribution cut off at two deviations has 0.88 of its deviation.
        Assert.AreEqual(0.0088, Math.Sqrt(down.Average(value => (double)value * value)), 0.0004);
        Assert.IsLessThanOrEqualTo(0.02f, down.Max(Math.Abs));
        Assert.IsTrue(start[TrainedNames.Bias(TrainedNames.BottleneckUp(0, place))].All(value => value == 0));
        double[] expected = Array.ConvertAll(Sessions.Score(headOnly, pairs, plan), value => (double)value);
        Closeness.AssertClose(expected, Sessions.Score(session, pairs, plan), 0.02, "logits before the first step");
    }

    [TestMethod]
    public void StartTraining_TargetsBesideAnotherMethod_IsRefused()
    {
        TrainablePlan plan = TinyModel.Plan(AdaptationMethod.AdapterH, bottleneck: 0);
        plan = plan with { Adapter = plan.Adapter with { Targets = LoraTargets.Query } };

        ArgumentException exception = Assert.ThrowsExactly<ArgumentException>(
            () => new ManagedEngine(1).StartTraining(TinyModel.Encoder(), plan, Sessions.Optimizer, 1));

        StringAssert.Contains(exception.Message, "Targets must be None with AdapterH, but is Query.");
        StringAssert.Contains(exception.Message, "BottleneckSize must be from 1 to 1024, but is 0.");
    }
}
