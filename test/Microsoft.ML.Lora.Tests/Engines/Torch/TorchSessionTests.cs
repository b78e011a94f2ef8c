using Microsoft.ML.Lora.Engines;
using Microsoft.ML.Lora.Engines.Managed;
using Microsoft.ML.Lora.Engines.Rates;
using Microsoft.ML.Lora.Engines.Torch;
using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;
using Microsoft.ML.Lora.Tests.Engines.Managed;

namespace Microsoft.ML.Lora.Tests.Engines.Torch;

/// <summary>Training sessions of the Torch engine: resuming, refusing, precision, memory.</summary>
[TestClass, TestCategory("Torch")]
public sealed class TorchSessionTests(TestContext context)
{
    /// <summary>A GPU sums in an order of its own each time; between two runs of a few steps no more than this comes of it.</summary>
    private const double RepeatTolerance = 1e-4;

    private static readonly EncoderWeights Encoder = TinyModel.Encoder();

    public static IEnumerable<object[]> Rules() =>
        [[AdapterRates.Equal(1e-2f)], [AdapterRates.Balanced(1e-2f)], [AdapterRates.Adaptive(1e-2f)], [AdapterRates.Riemannian(1e-3f)]];

    [TestMethod, DynamicData(nameof(Rules))]
    public void Step_ResumedFromExport_GoesOnAsUninterrupted(object rule)
    {
        TrainablePlan plan = TinyModel.Plan(LoraTargets.QueryAndValue, dropout: 0.1f);
        OptimizerPlan how = Sessions.Optimizer with { Rates = (AdapterRateRule)rule };
        using ITrainingSession whole = TorchDevices.Engine().StartTraining(Encoder, plan, how, seed: 5);
        Steps(whole, 0, 3);
        using ITrainingSession resumed = TorchDevices.Engine().StartTraining(Encoder, plan, how, seed: 99);
        resumed.ImportTrained(whole.ExportTrained());
        resumed.ImportOptimizer(whole.ExportOptimizer());

        double[] expected = Steps(whole, 3, 6);
        double[] actual = Steps(resumed, 3, 6);

        for (int i = 0; i < expected.Length; i++)
        {
            Assert.AreEqual(expected[i], actual[i], RepeatTolerance * expected[i], $"step {i + 3}");
        }
    }

    [TestMethod, DynamicData(nameof(Rules))]
    public void Step_WeightNotFinite_SaysSoAndChangesNothing(object rule)
    {
        TrainablePlan plan = TinyModel.Plan(LoraTargets.QueryAndValue);
        using ITrainingSession session = TorchDevices.Engine().StartTraining(Encoder, plan, Sessions.Optimizer with { Rates = (AdapterRateRule)rule }, seed: 5);
        Steps(session, 0, 2);
        TrainedWeights trained = session.ExportTrained();
        NamedTensor bias = trained.Tensors[^1];
        session.ImportTrained(new([.. trained.Tensors.SkipLast(1), new NamedTensor(bias.Name, bias.Shape, [float.NaN, 0])]));
        int[] before = Sessions.Bits(session);

        StepResult result = Sessions.Step(session, Encoder.Shape, 2);

        Assert.IsFalse(result.IsFinite);
        CollectionAssert.AreEqual(before, Sessions.Bits(session));
        Assert.AreEqual(2, session.ExportOptimizer().Steps);
    }

    [TestMethod]
    public void ImportOptimizer_StateOfAnotherRule_IsRefused()
    {
        TrainablePlan plan = TinyModel.Plan(LoraTargets.QueryAndValue);
        using ITrainingSession learned = TorchDevices.Engine().StartTraining(Encoder, plan, Sessions.Optimizer with { Rates = AdapterRates.Balanced(1e-2f) }, seed: 5);
        using ITrainingSession plain = TorchDevices.Engine().StartTraining(Encoder, plan, Sessions.Optimizer, seed: 5);

        Assert.ThrowsExactly<InvalidDataException>(() => plain.ImportOptimizer(learned.ExportOptimizer()));
    }

    [TestMethod]
    public void Step_RuleOfNegativeRates_Throws()
    {
        using ITrainingSession session = TorchDevices.Engine().StartTraining(
            Encoder, TinyModel.Plan(LoraTargets.QueryAndValue), Sessions.Optimizer with { Rates = new TestRates(-1, 1, 1) }, seed: 5);

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => Sessions.Step(session, Encoder.Shape, 0));

        StringAssert.Contains(error.Message, "encoder.layer.0.attention.self.query", StringComparison.Ordinal);
    }

    [TestMethod]
    public void Step_PreconditionerNotFinite_ThrowsAndMovesNothing()
    {
        using ITrainingSession session = TorchDevices.Engine().StartTraining(
            Encoder, TinyModel.Plan(LoraTargets.QueryAndValue), Sessions.Optimizer with { Rates = new PreconditionsWithNaN() }, seed: 5);
        int[] before = Sessions.Bits(session);

        var error = Assert.ThrowsExactly<DivergenceException>(() => Sessions.Step(session, Encoder.Shape, 0));

        StringAssert.Contains(error.Message, "preconditions the gradients of 'encoder.layer.0.attention.self.query' at step 1", StringComparison.Ordinal);
        CollectionAssert.AreEqual(before, Sessions.Bits(session));
    }

    [TestMethod]
    public void Step_ProductThatCannotBeInverted_DivergesAsManagedAndMovesNothing()
    {
        // B starts at zero, and so does BᵀB: without an epsilon it has no inverse.
        AssertDiverges(new RiemannianRates(1e-2f, epsilon: 0), session => session.ExportTrained(), "cannot be inverted: pivot 0 is ");
    }

    [TestMethod]
    public void Step_ProductBeyondSinglePrecision_DivergesAsManagedAndMovesNothing()
    {
        // Squares of 10¹⁹ come to 10³⁸; B is zero, so that the logits stay as they are.
        static TrainedWeights Grown(ITrainingSession session) => new([.. session.ExportTrained().Tensors.Select(tensor =>
            tensor.Name.Contains("lora_A", StringComparison.Ordinal) ? new NamedTensor(tensor.Name, tensor.Shape, [.. tensor.Values.Select(_ => 1e19f)]) : tensor)]);

        AssertDiverges(new RiemannianRates(1e-2f, epsilon: 1e-6f), Grown, "");
    }

    [TestMethod]
    public void StepAndScore_OnSeveralThreads_AsOnOne()
    {
        TrainablePlan plan = TinyModel.Plan(LoraTargets.All);
        TorchEngine engine = TorchDevices.Engine();
        EncodedPair[] pairs = TinyModel.RandomPairs(Encoder.Shape, 4, 100);
        using ITrainingSession alone = engine.StartTraining(Encoder, plan, Sessions.Optimizer, seed: 5);
        double[] losses = Steps(alone, 0, 10);
        using IPairScorer scorer = engine.CreateScorer(Encoder, plan, alone.ExportTrained());
        double[] logits = Array.ConvertAll(Sessions.Score(scorer, pairs, plan), value => (double)value);

        Parallel.For(0, 4, new ParallelOptions { MaxDegreeOfParallelism = 4 }, number =>
        {
            if (number % 2 == 0)
            {
                Closeness.AssertClose(logits, Sessions.Score(scorer, pairs, plan), RepeatTolerance, $"thread {number}");
                return;
            }

            using ITrainingSession own = engine.StartTraining(Encoder, plan, Sessions.Optimizer, seed: 5);
            Closeness.AssertClose(losses, Array.ConvertAll(Steps(own, 0, 10), loss => (float)loss), RepeatTolerance, $"thread {number}");
        });
    }

    [TestMethod]
    public void Score_TwoPrecisionsAtOnce_EachAsAlone()
    {
        // TensorFloat-32 rounds factors to 2⁻¹¹; what is left of a difference where nothing is rounded so is below a hundredth of it.
        const double tolerance = 5e-6;
        TrainablePlan plan = TinyModel.Plan(LoraTargets.All);
        EncoderWeights encoder = TinyModel.Encoder(Encoder.Shape with { Hidden = 96, FeedForward = 128 });
        using ITrainingSession session = Sessions.Start(encoder, plan);
        TrainedWeights trained = session.ExportTrained();
        EncodedPair[] pairs = TinyModel.RandomPairs(encoder.Shape, 4, 400);
        using IPairScorer single = TorchDevices.Engine().CreateScorer(encoder, plan, trained);
        using IPairScorer rounded = TorchDevices.Engine(GpuPrecision.TensorFloat32).CreateScorer(encoder, plan, trained);
        double[] expected = Array.ConvertAll(Sessions.Score(single, pairs, plan), value => (double)value);

        Parallel.For(0, 40, new ParallelOptions { MaxDegreeOfParallelism = 2 }, number =>
        {
            float[] found = Sessions.Score(number % 2 == 0 ? single : rounded, pairs, plan);
            if (number % 2 == 0)
            {
                Closeness.AssertClose(expected, found, tolerance, $"run {number}");
            }
        });
    }

    [TestMethod]
    [DataRow(12, DisplayName = "by single calls: heads of 4 are none that the attention kernels take")]
    [DataRow(24, DisplayName = "by the script")]
    public void Step_BrainFloats_LossNearSinglePrecision(int hidden)
    {
        // bfloat16 rounds to 2⁻⁸; the tiny encoder's two layers leave a few of these in a logit.
        const double tolerance = 0.05;
        TrainablePlan plan = TinyModel.Plan(LoraTargets.QueryAndValue);
        EncoderWeights encoder = TinyModel.Encoder(Encoder.Shape with { Hidden = hidden });
        using ITrainingSession single = TorchDevices.Engine().StartTraining(encoder, plan, Sessions.Optimizer, seed: 5);
        using ITrainingSession rounded = TorchDevices.Engine(GpuPrecision.BFloat16).StartTraining(encoder, plan, Sessions.Optimizer, seed: 5);

        double[] expected = Steps(single, 0, 10);
        double[] actual = Steps(rounded, 0, 10);

        for (int i = 0; i < expected.Length; i++)
        {
            Assert.AreEqual(expected[i], actual[i], tolerance * expected[i], $"step {i}");
        }
    }

    [TestMethod]
    public void Score_ThousandsOfPairs_KeepTheirPlaces()
    {
        TrainablePlan plan = TinyModel.Plan(LoraTargets.QueryAndValue);
        using ITrainingSession session = TorchDevices.Engine().StartTraining(Encoder, plan, Sessions.Optimizer, seed: 5);
        session.ImportTrained(TinyModel.Randomized(session.ExportTrained(), 3));
        EncodedPair[] pairs = TinyModel.RandomPairs(Encoder.Shape, 4, 9000);

        float[] all = Sessions.Score(session, pairs, plan);

        foreach (int i in (int[])[0, 1, 17, 4095, 8191, 8192, 8999])
        {
            Closeness.AssertClose(Array.ConvertAll(Sessions.Score(session, [pairs[i]], plan), value => (double)value), all.AsSpan(i * 2, 2), RepeatTolerance, $"pair {i}");
        }
    }

    [TestMethod]
    [DataRow(12, DisplayName = "by single calls: heads of 4 are none that the attention kernels take")]
    [DataRow(24, DisplayName = "by the script")]
    public void Step_AThousandTimes_KeepsNoTensorAndNoMemory(int hidden)
    {
        // What a process takes besides settles within the first steps; tensors that stayed would show in the count at once.
        const long mostGrowth = 64 << 20;

        // Batches come again as they were in the first hundred steps, so that no kernel is loaded and no block is cut for a new shape. What may be left
        // are some of the 2 MB segments in which the device library takes memory, and what others do on the GPU. An autograd graph or a script's
        // activations that stayed, which no count of tensors sees, are 300 kB a step here: 300 MB.
        const long mostDeviceGrowth = 48 << 20;
        EncoderWeights encoder = TinyModel.Encoder(Encoder.Shape with { Hidden = hidden });
        using ITrainingSession session = TorchDevices.Engine().StartTraining(
            encoder, TinyModel.Plan(LoraTargets.All), Sessions.Optimizer with { Rates = AdapterRates.Adaptive(1e-3f) }, seed: 5);
        StepThroughAHundred(session, encoder);
        long tensors = TorchRuntime.LiveTensors;
        long memory = Environment.WorkingSet;
        long? onDevice = DeviceMemory.Used(context.WriteLine);

        for (int round = 0; round < 10; round++)
        {
            StepThroughAHundred(session, encoder);
        }

        Assert.AreEqual(tensors, TorchRuntime.LiveTensors);
        Assert.IsLessThan(mostGrowth, Environment.WorkingSet - memory);
        if (onDevice is { } before && DeviceMemory.Used(context.WriteLine) is { } after)
        {
            context.WriteLine("GPU memory in use: {0} bytes after step 100, {1} after step 1,100.", before, after);
            Assert.IsLessThan(mostDeviceGrowth, after - before);
        }
    }

    private static void StepThroughAHundred(ITrainingSession session, EncoderWeights encoder)
    {
        for (int step = 0; step < 100; step++)
        {
            Sessions.Step(session, encoder.Shape, step);
        }
    }

    private static void AssertDiverges(AdapterRateRule rule, Func<ITrainingSession, TrainedWeights> start, string fragment)
    {
        TrainablePlan plan = TinyModel.Plan(LoraTargets.QueryAndValue);
        OptimizerPlan how = Sessions.Optimizer with { Rates = rule };
        using ITrainingSession managed = new ManagedEngine(1).StartTraining(Encoder, plan, how, seed: 5);
        using ITrainingSession torch = TorchDevices.Engine().StartTraining(Encoder, plan, how, seed: 5);
        managed.ImportTrained(start(managed));
        torch.ImportTrained(start(torch));
        int[] before = Sessions.Bits(torch);

        var expected = Assert.ThrowsExactly<DivergenceException>(() => Sessions.Step(managed, Encoder.Shape, 0), "managed");
        var actual = Assert.ThrowsExactly<DivergenceException>(() => Sessions.Step(torch, Encoder.Shape, 0), "torch");

        StringAssert.Contains(expected.Message, fragment, StringComparison.Ordinal);
        StringAssert.Contains(actual.Message, fragment, StringComparison.Ordinal);
        StringAssert.Contains(actual.Message, "encoder.layer.0.attention.self.query", StringComparison.Ordinal);
        CollectionAssert.AreEqual(before, Sessions.Bits(torch));
    }

    private static double[] Steps(ITrainingSession session, int first, int end) =>
        [.. Enumerable.Range(first, end - first).Select(step => Sessions.Step(session, Encoder.Shape, step).Loss)];

    /// <summary>A rule whose preconditioner has no numbers.</summary>
    private sealed class PreconditionsWithNaN : AdapterRateRule
    {
        public override string Description => nameof(PreconditionsWithNaN);

        public override double RateOfHead => 1e-2;

        public override AdapterStatistics Statistics => AdapterStatistics.Factors;

        public override bool Preconditions => true;

        public override void Precondition(in AdapterStep update, Span<double> ofA, Span<double> ofB) => ofA.Fill(double.NaN);

        public override AdapterFactorRates Decide(in AdapterStep update, Span<float> state) => new(1e-2, 1e-2);
    }
}
