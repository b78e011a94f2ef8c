using Microsoft.ML.Lora.Engines;
using Microsoft.ML.Lora.Engines.Managed;
using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;
using Microsoft.ML.Lora.Tests.Engines.Managed;

namespace Microsoft.ML.Lora.Tests.Engines.Torch;

/// <summary>Both engines give one answer: logits, gradients, and the losses of a training from one seed.</summary>
/// <param name="scripted">Whether the Torch engine computes by the encoder's script what that can.</param>
public abstract class TorchAgreementTests(bool scripted)
{
    /// <summary>The engines sum in different orders; 32-bit sums of some dozen products through two normalisations differ by less.</summary>
    private const double GradientTolerance = 2e-4;

    /// <summary>Of a weight's move in Adam's first step, relative: that is the rate in the direction of the gradient's sign, and what decay adds.</summary>
    private const double MoveTolerance = 1e-2;

    /// <summary>A move is read off the difference of two 32-bit weights: the rounding of both, relative to the weight.</summary>
    private const double WeightRounding = 2.4e-7;

    /// <summary>Stated for models that move between engines, relative to the largest logit.</summary>
    private const double LogitTolerance = 1e-4;

    /// <summary>Stated for the first 50 steps, relative: each step adds its rounding to the weights of the next.</summary>
    private const double LossTolerance = 1e-3;

    /// <summary>
    /// Steps in which rates are compared too. Adaptive rates divide by the size of a plain gradient where the optimizer is gradient descent: a
    /// key's had come to 223 at step 45 and parted by a sixth there, while the losses still agreed.
    /// </summary>
    private const int StepsOfSameRates = 25;

    /// <summary>A step of the warm-up, at a quarter of the full rates.</summary>
    private static readonly StepSchedule Warmup = new(0.25f, IsWarmup: true);

    private static readonly EncoderWeights Encoder = TinyModel.Encoder(TinyModel.Shape with { PositionRows = 41 });

    private static readonly Dictionary<string, TrainablePlan> PlansByName = new()
    {
        ["query and value"] = TinyModel.Plan(LoraTargets.QueryAndValue),
        ["all matrices, three classes"] = TinyModel.Plan(LoraTargets.All, ClassificationHead.TrainedPooler, rank: 3, classes: 3),
        ["key, attention output, second feed-forward matrix"] =
            TinyModel.Plan(LoraTargets.Key | LoraTargets.AttentionOutput | LoraTargets.FeedForwardOut, ClassificationHead.Dense),
        ["first feed-forward matrix of the top layer"] = TinyModel.Plan(LoraTargets.FeedForwardIn, topLayers: 1),
        ["query of the top layer"] = TinyModel.Plan(LoraTargets.Query, topLayers: 1),
        ["dropout that drops next to nothing, so that updates are not merged"] = TinyModel.Plan(LoraTargets.All, dropout: 1e-9f),
        ["classifier"] = TinyModel.Plan(LoraTargets.None),
        ["pooler and classifier"] = TinyModel.Plan(LoraTargets.None, ClassificationHead.TrainedPooler),
        ["full fine-tuning"] = TinyModel.Plan(AdaptationMethod.FullFineTuning),
        ["last layer"] = TinyModel.Plan(AdaptationMethod.LastLayers, 1),
        ["AdapterH"] = TinyModel.Plan(AdaptationMethod.AdapterH),
        ["AdapterH on the top layer"] = TinyModel.Plan(AdaptationMethod.AdapterH, 1),
        ["AdapterL"] = TinyModel.Plan(AdaptationMethod.AdapterL),
    };

    private static readonly Dictionary<string, EncoderShape> ShapesByName = new()
    {
        ["tanh GELU"] = TinyModel.Shape with { Activation = Activation.GeluTanh },
        ["ReLU"] = TinyModel.Shape with { Activation = Activation.Relu },
        ["no segments"] = TinyModel.Shape with { Segments = 0 },
        ["one segment"] = TinyModel.Shape with { Segments = 1 },
    };

    public static IEnumerable<object[]> Plans() => PlansByName.Keys.Select(name => new object[] { name });

    public static IEnumerable<object[]> Shapes() => ShapesByName.Keys.Select(name => new object[] { name });

    public static IEnumerable<object[]> OddBatches() =>
        [[(int[])[1]], [(int[])[1, 1, 1]], [(int[])[11]], [(int[])[11, 11, 11]], [(int[])[1, 11, 3]], [Enumerable.Repeat(5, 33).ToArray()]];

    [TestMethod, DynamicData(nameof(Plans))]
    public void Step_AnyPlan_SameLossAndGradientsAsManaged(string plan) =>
        AssertSameGradients(Encoder, PlansByName[plan], most: int.MaxValue);

    [TestMethod]
    [DataRow(LoraTargets.Query)]
    [DataRow(LoraTargets.Key)]
    [DataRow(LoraTargets.Value)]
    [DataRow(LoraTargets.Query | LoraTargets.Key)]
    [DataRow(LoraTargets.Query | LoraTargets.Value | LoraTargets.AttentionOutput)]
    [DataRow(LoraTargets.Key | LoraTargets.Value)]
    [DataRow(LoraTargets.Query | LoraTargets.Key | LoraTargets.Value)]
    public void Step_AnyProjections_SameLossAndGradientsAsManaged(LoraTargets targets) =>
        AssertSameGradients(Encoder, TinyModel.Plan(targets), most: int.MaxValue);

    [TestMethod, DynamicData(nameof(Shapes))]
    public void Step_AnyShape_SameLossAndGradientsAsManaged(string shape) =>
        AssertSameGradients(TinyModel.Encoder(ShapesByName[shape]), TinyModel.Plan(LoraTargets.QueryAndValue), most: int.MaxValue);

    [TestMethod, DynamicData(nameof(OddBatches))]
    public void Step_OddLengths_SameLossAndNormAndLogitsAsManaged(int[] lengths)
    {
        TrainablePlan plan = TinyModel.Plan(LoraTargets.All);
        EncodedPair[] pairs = [.. lengths.Select((length, i) => length < 3 ? Bare(length) : TinyModel.Pairs(TinyModel.Shape, (ulong)i, length)[0])];
        using TrainingSession managed = Sessions.Start(TinyModel.Encoder(), plan);
        using ITrainingSession torch = Engine().StartTraining(TinyModel.Encoder(), plan, Sessions.Optimizer, seed: 7);
        torch.ImportTrained(managed.ExportTrained());
        var batch = new TrainingBatch { Pairs = pairs, Labels = [.. pairs.Select((_, i) => i % 2)], Weights = [.. pairs.Select(_ => 1f)] };

        StepResult expected = managed.Step(batch, Sessions.Schedule);
        StepResult actual = torch.Step(batch, Sessions.Schedule);

        Assert.AreEqual(expected.Loss, actual.Loss, LossTolerance * expected.Loss, "loss");
        Assert.AreEqual(expected.GradientNorm, actual.GradientNorm, 10 * GradientTolerance * expected.GradientNorm, "norm");
        Closeness.AssertClose(Array.ConvertAll(Sessions.Score(managed, pairs, plan), value => (double)value), Sessions.Score(torch, pairs, plan), 10 * LogitTolerance, "logits");
        Assert.IsEmpty(Sessions.Score(torch, [], plan));
    }

    [TestMethod]
    [DataRow(true, DisplayName = "from managed to Torch")]
    [DataRow(false, DisplayName = "from Torch to managed")]
    public void Step_ResumedOnTheOtherEngine_GoesOnAsUninterrupted(bool toTorch)
    {
        TrainablePlan plan = TinyModel.Plan(LoraTargets.All, ClassificationHead.TrainedPooler, rank: 3, topLayers: 1);
        (IEngine first, IEngine second) = toTorch ? ((IEngine)new ManagedEngine(1), (IEngine)Engine()) : (Engine(), new ManagedEngine(1));
        foreach (AdapterRateRule rule in (AdapterRateRule[])[AdapterRates.Adaptive(1e-2f), AdapterRates.Balanced(1e-2f)])
        {
            OptimizerPlan how = Sessions.Optimizer with { Rates = rule };
            using ITrainingSession whole = first.StartTraining(Encoder, plan, how, seed: 5);
            for (int step = 0; step < 4; step++)
            {
                Step(whole, step, Sessions.Schedule);
            }

            using ITrainingSession resumed = second.StartTraining(Encoder, plan, how, seed: 77);
            resumed.ImportTrained(whole.ExportTrained());
            resumed.ImportOptimizer(whole.ExportOptimizer());
            Assert.AreEqual(4, resumed.ExportOptimizer().Steps);
            for (int step = 4; step < 10; step++)
            {
                double expected = Step(whole, step, Sessions.Schedule).Loss;
                Assert.AreEqual(expected, Step(resumed, step, Sessions.Schedule).Loss, LossTolerance * expected, $"{rule}, step {step}");
                AssertSameRates(whole.Rates, resumed.Rates, $"{rule}, step {step}");
            }
        }
    }

    [TestMethod]
    public void Step_InPartsOfThreePairs_SameLossAndGradientsAsManaged() =>
        AssertSameGradients(Encoder, TinyModel.Plan(LoraTargets.All), most: 3);

    [TestMethod, DynamicData(nameof(Plans))]
    public void CreateScorer_ModelOfEitherEngine_SameLogitsAsManaged(string name)
    {
        TrainablePlan plan = PlansByName[name];
        using ITrainingSession torch = Engine().StartTraining(Encoder, plan, Sessions.Optimizer, seed: 7);
        torch.ImportTrained(TinyModel.Randomized(torch.ExportTrained(), 3));
        Sessions.Step(torch, Encoder.Shape, 0);
        TrainedWeights trained = torch.ExportTrained();
        EncodedPair[] pairs = TinyModel.RandomPairs(Encoder.Shape, 4, 60);
        using IPairScorer managed = new ManagedEngine(1).CreateScorer(Encoder, plan, trained);
        using IPairScorer moved = Engine().CreateScorer(Encoder, plan, trained);

        double[] expected = Array.ConvertAll(Sessions.Score(managed, pairs, plan), value => (double)value);
        Closeness.AssertClose(expected, Sessions.Score(moved, pairs, plan), LogitTolerance, "scorer");
        Closeness.AssertClose(expected, Sessions.Score(torch, pairs, plan), LogitTolerance, "session");
    }

    [TestMethod]
    [DataRow(BaseOptimizer.AdamW)]
    [DataRow(BaseOptimizer.Adam)]
    [DataRow(BaseOptimizer.GradientDescent)]
    public void Train_FiftySteps_SameLossesAsManaged(BaseOptimizer optimizer)
    {
        AdapterRateRule[] rules =
        [
            AdapterRates.Equal(1e-2f), AdapterRates.Ratio(5e-3f, 4), AdapterRates.Balanced(1e-2f), AdapterRates.Adaptive(1e-2f),
            AdapterRates.Riemannian(1e-3f, 1e-2f), new TestRates(1e-2f, 2e-2f, 5e-3f),
        ];
        TrainablePlan plan = TinyModel.Plan(LoraTargets.All, rank: 3);
        foreach (AdapterRateRule rule in rules)
        {
            OptimizerPlan how = Sessions.Optimizer with { Rates = rule, Optimizer = optimizer };
            using ITrainingSession managed = new ManagedEngine(1).StartTraining(Encoder, plan, how, seed: 5);
            using ITrainingSession torch = Engine().StartTraining(Encoder, plan, how, seed: 5);
            CollectionAssert.AreEqual(
                managed.ExportTrained().Tensors.SelectMany(tensor => tensor.Values).ToArray(), torch.ExportTrained().Tensors.SelectMany(tensor => tensor.Values).ToArray());
            for (int step = 0; step < 50; step++)
            {
                var schedule = new StepSchedule(step < 5 ? (step + 1) / 5f : 1, IsWarmup: step < 5);
                double expected = Step(managed, step, schedule).Loss;
                double actual = Step(torch, step, schedule).Loss;
                Assert.AreEqual(expected, actual, LossTolerance * expected, $"{rule}, step {step}");
                if (step < StepsOfSameRates)
                {
                    AssertSameRates(managed.Rates, torch.Rates, $"{rule}, step {step}");
                }
            }
        }
    }

    [TestMethod]
    public void Rates_InWarmup_AreTheScheduleShareOfWhatTheRuleAnswered()
    {
        TrainablePlan plan = TinyModel.Plan(LoraTargets.QueryAndValue);
        foreach (IEngine engine in (IEngine[])[new ManagedEngine(1), Engine()])
        {
            using ITrainingSession session = engine.StartTraining(Encoder, plan, Sessions.Optimizer with { Rates = new TestRates(0.5f, 0.25f, 0.125f) }, seed: 5);
            Assert.IsEmpty(session.Rates, engine.Name);

            Step(session, 0, Warmup);

            Assert.HasCount(4, session.Rates, engine.Name);
            Assert.IsTrue(session.Rates.All(rate => rate is { RateOfA: 0.125, RateOfB: 0.0625, Ratio: 0.5 }), $"{engine.Name}: {string.Join(", ", session.Rates)}");
        }
    }

    [TestMethod]
    [DataRow(-0.5f, DisplayName = "a negative rate")]
    [DataRow(float.PositiveInfinity, DisplayName = "a rate that is not finite")]
    public void Step_RateThatCannotBeAppliedInWarmup_SameMessageAsManaged(float rate)
    {
        string Refused(IEngine engine)
        {
            using ITrainingSession session = engine.StartTraining(
                Encoder, TinyModel.Plan(LoraTargets.Query, topLayers: 1), Sessions.Optimizer with { Rates = new TestRates(rate, 0.25f, 0.125f) }, seed: 5);
            return Assert.Throws<InvalidOperationException>(() => Step(session, 0, Warmup)).Message;
        }

        string expected = Refused(new ManagedEngine(1));

        StringAssert.Contains(expected, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"answered the rates {rate} and 0.25 for 'encoder.layer.1.attention.self.query'"));
        Assert.AreEqual(expected, Refused(Engine()));
    }

    [TestMethod]
    [DataRow(AdaptationMethod.LowRank, 2)]
    [DataRow(AdaptationMethod.LowRank, 1)]
    [DataRow(AdaptationMethod.AdapterL, 2)]
    public void Score_Observed_ShowsWhatManagedShowsAndScoresAsUnobserved(AdaptationMethod method, int layers)
    {
        EncoderWeights encoder = TinyModel.Encoder(Encoder.Shape with { Layers = layers });
        TrainablePlan plan = method == AdaptationMethod.LowRank ? TinyModel.Plan(LoraTargets.All) : TinyModel.Plan(method);
        using ITrainingSession session = Sessions.Start(encoder, plan);
        TrainedWeights trained = session.ExportTrained();
        EncodedPair[] pairs = TinyModel.RandomPairs(encoder.Shape, 8, 70);
        using IPairScorer managed = new ManagedEngine(1).CreateScorer(encoder, plan, trained);
        using IPairScorer torch = Engine().CreateScorer(encoder, plan, trained);
        var expected = new ShownPairs(pairs.Length);
        var actual = new ShownPairs(pairs.Length);
        float[] observed = new float[pairs.Length * plan.Classes];

        managed.Score(pairs, new float[pairs.Length * plan.Classes], expected);
        torch.Score(pairs, observed, actual);

        CollectionAssert.AreEqual(Sessions.Score(torch, pairs, plan), observed);
        for (int i = 0; i < pairs.Length; i++)
        {
            Assert.AreSame(pairs[i], actual.Pairs[i]);
            Closeness.AssertClose(Array.ConvertAll(expected.Tokens[i]!, value => (double)value), actual.Tokens[i], LogitTolerance, $"tokens {i}");
        }
    }

    private static EncodedPair Bare(int tokens) => new([.. Enumerable.Range(3, tokens)], new TokenSpan(0, 0), new TokenSpan(tokens, 0));

    private Lora.Engines.Torch.TorchEngine Engine() => TorchDevices.Engine(scripted: scripted);

    private static StepResult Step(ITrainingSession session, int number, StepSchedule schedule)
    {
        EncodedPair[] pairs = TinyModel.RandomPairs(Encoder.Shape, (ulong)(100 + number), 24);
        int[] labels = [.. pairs.Select(pair => pair.TokenIds[1] % 2)];
        float[] weights = [.. pairs.Select(pair => 0.5f + pair.TokenIds[0] % 3)];
        return session.Step(new TrainingBatch { Pairs = pairs, Labels = labels, Weights = weights }, schedule);
    }

    private static void AssertSameRates(IReadOnlyList<AdapterRate> expected, IReadOnlyList<AdapterRate> actual, string what)
    {
        Assert.HasCount(expected.Count, actual);
        for (int i = 0; i < expected.Count; i++)
        {
            Assert.AreEqual(expected[i].Matrix, actual[i].Matrix);

            // Rates divide by norms of directions, which near zero gradients are rounding: looser than losses.
            Assert.AreEqual(expected[i].RateOfA, actual[i].RateOfA, 0.05 * expected[i].RateOfA, $"{what}, {expected[i].Matrix}, A");
            Assert.AreEqual(expected[i].RateOfB, actual[i].RateOfB, 0.05 * expected[i].RateOfB, $"{what}, {expected[i].Matrix}, B");
        }
    }

    private void AssertSameGradients(EncoderWeights encoder, TrainablePlan plan, int most)
    {
        using TrainingSession managed = Sessions.Start(encoder, plan);
        using var torch = (Lora.Engines.Torch.TrainingSession)Engine().StartTraining(encoder, plan, Sessions.Optimizer, seed: 7);
        TrainedWeights start = managed.ExportTrained();
        torch.ImportTrained(start);
        torch.MostPairs = most;

        StepResult expected = Sessions.Step(managed, encoder.Shape, 0);
        StepResult actual = Sessions.Step(torch, encoder.Shape, 0);

        Assert.AreEqual(expected.Loss, actual.Loss, GradientTolerance * expected.Loss, "loss");
        Assert.AreEqual(expected.GradientNorm, actual.GradientNorm, GradientTolerance * expected.GradientNorm, "norm");
        foreach (NamedTensor tensor in start.Tensors.Where(tensor => !IsRounding(tensor.Name)))
        {
            double[] gradient = [.. managed.GradientOf(tensor.Name).ToArray().Select(value => (double)value)];
            Closeness.AssertClose(gradient, torch.GradientOf(tensor.Name), 10 * GradientTolerance, tensor.Name);
        }

        AssertSameMoves(start, managed, torch);
    }

    /// <summary>Both engines moved each weight alike whose gradient is more than what they may differ by: of others not even the sign is sure.</summary>
    private static void AssertSameMoves(TrainedWeights start, TrainingSession managed, ITrainingSession torch)
    {
        Dictionary<string, float[]> before = start.Tensors.ToDictionary(tensor => tensor.Name, tensor => tensor.Values);
        Dictionary<string, float[]> found = torch.ExportTrained().Tensors.ToDictionary(tensor => tensor.Name, tensor => tensor.Values);
        foreach (NamedTensor tensor in managed.ExportTrained().Tensors.Where(tensor => !IsRounding(tensor.Name)))
        {
            float[] gradient = managed.GradientOf(tensor.Name).ToArray();
            double least = 10 * GradientTolerance * gradient.Max(Math.Abs);
            int[] sure = [.. Enumerable.Range(0, gradient.Length).Where(i => Math.Abs(gradient[i]) > least)];
            foreach (int i in sure)
            {
                (double old, double expected, double actual) = (before[tensor.Name][i], tensor.Values[i], found[tensor.Name][i]);
                Assert.AreNotEqual(old, actual, $"{tensor.Name}, number {i}, stayed");
                double rounding = WeightRounding * (Math.Abs(old) + Math.Abs(expected));
                Assert.AreEqual(expected - old, actual - old, (MoveTolerance * Math.Abs(expected - old)) + rounding, $"move of {tensor.Name}, number {i}");
            }

            Assert.IsNotEmpty(sure, tensor.Name);
        }
    }

    /// <summary>A constant added to all scores of a query changes nothing: what there is of this gradient is rounding.</summary>
    private static bool IsRounding(string name) => name.Contains("key.bias", StringComparison.Ordinal);
}
