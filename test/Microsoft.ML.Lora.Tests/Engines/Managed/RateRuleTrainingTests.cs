using Microsoft.ML.Lora.Engines;
using Microsoft.ML.Lora.Engines.Managed;
using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Tests.Engines.Managed;

/// <summary>Rate rules in training sessions: what they are told, what their answers do, and how their state travels.</summary>
[TestClass]
public sealed class RateRuleTrainingTests
{
    private const double Rounding = 1e-4;

    private static readonly EncoderWeights Encoder = TinyModel.Encoder();
    private static readonly TrainablePlan Plan = TinyModel.Plan(LoraTargets.QueryAndValue, rank: 3);

    private static readonly AdapterRateRule[] Rules =
    [
        AdapterRates.Equal(1e-2f), AdapterRates.Ratio(1e-2f, 4), AdapterRates.Balanced(1e-2f), AdapterRates.Adaptive(1e-2f), AdapterRates.Adaptive(1e-2f, learnRatio: true),
        AdapterRates.Riemannian(1e-2f),
    ];

    [TestMethod, TestCategory("Engine")]
    [DataRow(BaseOptimizer.AdamW)]
    [DataRow(BaseOptimizer.Adam)]
    [DataRow(BaseOptimizer.GradientDescent)]
    public void Step_AnyRule_GivesTheSameBitsWithAnyThreads(BaseOptimizer optimizer)
    {
        foreach (AdapterRateRule rule in Rules)
        {
            int[] expected = Train(rule, optimizer, threads: 1);
            foreach (int threads in new[] { 2, 3, 8 })
            {
                CollectionAssert.AreEqual(expected, Train(rule, optimizer, threads), $"{rule}, {threads} threads");
            }
        }
    }

    [TestMethod, TestCategory("Engine")]
    [DataRow(BaseOptimizer.AdamW)]
    [DataRow(BaseOptimizer.Adam)]
    [DataRow(BaseOptimizer.GradientDescent)]
    public void Step_Adaptive_MovesEachWeightByItsShare(BaseOptimizer optimizer)
    {
        const float tau = 1e-3f;
        OptimizerPlan plan = Sessions.Optimizer with { Rates = AdapterRates.Adaptive(tau), Optimizer = optimizer, WeightDecay = 0 };
        using var session = (TrainingSession)new ManagedEngine(1).StartTraining(Encoder, Plan, plan, seed: 5);
        session.ImportTrained(TinyModel.Randomized(session.ExportTrained(), 3));
        Dictionary<string, NamedTensor> before = session.ExportTrained().Tensors.ToDictionary(tensor => tensor.Name);

        Sessions.Step(session, Encoder.Shape, 0);

        Dictionary<string, NamedTensor> after = session.ExportTrained().Tensors.ToDictionary(tensor => tensor.Name);
        for (int layer = 0; layer < Encoder.Layers.Count; layer++)
        {
            foreach (LoraTargets target in Plan.Adapter.EachTarget())
            {
                double frozen = Math.Sqrt(Encoder.Layers[layer][target].Weight.Values.Sum(value => (double)value * value));
                double move = FirstOrderMove(before, after, layer, target);
                Assert.AreEqual(tau * frozen, move, tau * frozen * 1e-2, $"layer {layer}, {target}");
            }
        }
    }

    [TestMethod, TestCategory("Engine")]
    public void Step_RiemannianOnPlainGradients_DoesNotDependOnTheFactorsScale()
    {
        double[] expected = ProductAfterRiemannianStep(1);
        foreach (float c in new[] { 0.5f, 3 })
        {
            double[] actual = ProductAfterRiemannianStep(c);
            double largest = expected.Max(Math.Abs);
            for (int i = 0; i < expected.Length; i++)
            {
                Assert.AreEqual(expected[i], actual[i], Rounding * largest, $"element {i}, A scaled by {c}");
            }
        }
    }

    [TestMethod, TestCategory("Engine")]
    public void ImportOptimizer_LearnedRatio_GoesOnBitForBit()
    {
        foreach (AdapterRateRule rule in Rules)
        {
            OptimizerPlan plan = Sessions.Optimizer with { Rates = rule };
            using TrainingSession uninterrupted = Sessions.Start(Encoder, Plan, optimizer: plan);
            Steps(uninterrupted, 0, 4);
            using TrainingSession resumed = Sessions.Start(Encoder, Plan, threads: 2, optimizer: plan);
            resumed.ImportTrained(uninterrupted.ExportTrained());
            resumed.ImportOptimizer(uninterrupted.ExportOptimizer());
            Steps(uninterrupted, 4, 4);
            Steps(resumed, 4, 4);

            CollectionAssert.AreEqual(Sessions.Bits(uninterrupted), Sessions.Bits(resumed), $"{rule}");
            CollectionAssert.AreEqual(uninterrupted.Rates.ToArray(), resumed.Rates.ToArray(), $"{rule}");
        }
    }

    [TestMethod]
    public void ImportOptimizer_StateOfAnotherRule_ChangesNothing()
    {
        using TrainingSession balanced = Sessions.Start(Encoder, Plan, optimizer: Sessions.Optimizer with { Rates = AdapterRates.Balanced(1e-2f) });
        using TrainingSession equal = Sessions.Start(Encoder, Plan, optimizer: Sessions.Optimizer with { Rates = AdapterRates.Equal(1e-2f) });
        Steps(equal, 0, 1);
        int[] before = Sessions.Bits(balanced);

        InvalidDataException error = Assert.ThrowsExactly<InvalidDataException>(() => balanced.ImportOptimizer(equal.ExportOptimizer()));

        Assert.AreEqual(
            "The rule Balanced(0.01), ratio from 4 in [1, 64] by 0.05 remembers 1 numbers for each of 4 matrices, but what is stored are 0 tensors that do "
            + "not fit; it was stored under another rule or other targets.",
            error.Message);
        CollectionAssert.AreEqual(before, Sessions.Bits(balanced));
    }

    [TestMethod]
    public void Step_RatesThatAreNoNumber_NameRuleMatrixAndStep()
    {
        using TrainingSession session = Sessions.Start(Encoder, Plan, optimizer: Sessions.Optimizer with { Rates = new TestRates(float.NaN, 1, 1) });

        DivergenceException error = Assert.ThrowsExactly<DivergenceException>(() => Steps(session, 0, 1));

        StringAssert.Matches(error.Message, new(
            @"^The rule TestRates\(NaN, 1, 1\) answered the rates NaN and 1 for 'encoder\.layer\.\d\.attention\.self\.\w+' at step 1, but rates must be finite in single precision\. "
            + @"Weights or directions may have grown beyond what can be multiplied: choose lower rates, or set MaxGradientNorm to 1\.$"));
    }

    /// <summary>A negative rate is the rule's fault, and no training that diverged.</summary>
    [TestMethod]
    public void Step_NegativeRate_NamesRuleMatrixAndStep()
    {
        using TrainingSession session = Sessions.Start(Encoder, Plan, optimizer: Sessions.Optimizer with { Rates = new TestRates(1, -1, 1) });

        InvalidOperationException error = Assert.ThrowsExactly<InvalidOperationException>(() => Steps(session, 0, 1));

        StringAssert.Matches(error.Message, new(
            @"^The rule TestRates\(1, -1, 1\) answered the rates 1 and -1 for 'encoder\.layer\.\d\.attention\.self\.\w+' at step 1, but rates must be at least 0: a step goes against "
            + @"the gradient\. Correct the rule's Decide; rates of 0 leave a matrix as it is\.$"));
    }

    [TestMethod]
    [DataRow(double.NaN, 1)]
    [DataRow(1, double.NegativeInfinity)]
    [DataRow(1e39, 1)]
    public void Step_PreconditionerThatIsNoNumber_IsNamedAtItsOwnStep(double ofA, double ofB)
    {
        using TrainingSession session = Sessions.Start(Encoder, Plan, optimizer: Sessions.Optimizer with { Rates = new PreconditioningRates(ofA, ofB) });
        float[] before = Factors(session);

        DivergenceException error = Assert.ThrowsExactly<DivergenceException>(() => Steps(session, 0, 1));

        StringAssert.Matches(error.Message, new(
            @"^The rule PreconditioningRates preconditions the gradients of 'encoder\.layer\.\d\.attention\.self\.\w+' at step 1 with a matrix that is not finite in single precision\. "
            + @"Weights or directions may have grown beyond what can be multiplied: choose lower rates, or set MaxGradientNorm to 1\.$"));
        CollectionAssert.AreEqual(before, Factors(session));
    }

    [TestMethod]
    public void Rates_AfterAStep_AreThoseOfEachMatrixWithTheSchedule()
    {
        using TrainingSession session = Sessions.Start(Encoder, Plan, optimizer: Sessions.Optimizer with { Rates = AdapterRates.Ratio(1e-2f, 4) });
        Assert.IsEmpty(session.Rates);
        EncodedPair[] pairs = TinyModel.RandomPairs(Encoder.Shape, 1, 2);

        session.Step(new TrainingBatch { Pairs = pairs, Labels = [0, 1], Weights = [1f, 1f] }, new StepSchedule(0.5, IsWarmup: true));

        AdapterRate last = session.Rates[^1];
        Assert.HasCount(4, session.Rates);
        Assert.AreEqual("encoder.layer.1.attention.self.value", last.Matrix);
        Assert.AreEqual(5e-3, last.RateOfA, 1e-9);
        Assert.AreEqual(4, last.Ratio, 1e-6);
    }

    [TestMethod, TestCategory("Engine")]
    [DataRow(BaseOptimizer.AdamW)]
    [DataRow(BaseOptimizer.Adam)]
    [DataRow(BaseOptimizer.GradientDescent)]
    public void Step_FixedRatesThroughDirections_EqualTheFusedStep(BaseOptimizer optimizer)
    {
        // A rule that asks for directions takes the other way through the optimizer; by fixed rates both must lead to the same weights.
        double[] fused = Weights(new TestRates(1e-2f, 2e-2f, 5e-3f), optimizer);
        double[] directed = Weights(new AskingRates(), optimizer);

        for (int i = 0; i < fused.Length; i++)
        {
            Assert.AreEqual(fused[i], directed[i], 1e-5);
        }
    }

    [TestMethod, TestCategory("Engine")]
    public void Step_AdaptiveInSteadyState_AllocatesNothing()
    {
        foreach (AdapterRateRule rule in new[] { AdapterRates.Adaptive(), AdapterRates.Riemannian(1e-3f) })
        {
            using TrainingSession session = Sessions.Start(Encoder, Plan, optimizer: Sessions.Optimizer with { Rates = rule });
            EncodedPair[] pairs = TinyModel.RandomPairs(Encoder.Shape, 1, 8);
            int[] labels = new int[8];
            float[] weights = [.. Enumerable.Repeat(1f, 8)];
            void Step() => session.Step(new TrainingBatch { Pairs = pairs, Labels = labels, Weights = weights }, Sessions.Schedule);

            SteadyState.AssertAllocatesNothing(Step, $"{rule}");
        }
    }

    private static int[] Train(AdapterRateRule rule, BaseOptimizer optimizer, int threads)
    {
        using TrainingSession session = Sessions.Start(Encoder, Plan, threads, Sessions.Optimizer with { Rates = rule, Optimizer = optimizer });
        Steps(session, 0, 3);
        return Sessions.Bits(session);
    }

    private static double[] Weights(AdapterRateRule rule, BaseOptimizer optimizer)
    {
        using TrainingSession session = Sessions.Start(Encoder, Plan, optimizer: Sessions.Optimizer with { Rates = rule, Optimizer = optimizer });
        Steps(session, 0, 3);
        return [.. session.ExportTrained().Tensors.SelectMany(tensor => tensor.Values).Select(value => (double)value)];
    }

    private static float[] Factors(TrainingSession session) =>
        [.. session.ExportTrained().Tensors.Where(tensor => TrainedNames.IsFactorA(tensor.Name) || TrainedNames.IsFactorB(tensor.Name)).SelectMany(tensor => tensor.Values)];

    private static void Steps(TrainingSession session, int first, int count)
    {
        for (int i = first; i < first + count; i++)
        {
            Assert.IsTrue(Sessions.Step(session, Encoder.Shape, i).IsFinite);
        }
    }

    /// <summary>s·‖B·(A′ − A) + (B′ − B)·A‖ of one matrix.</summary>
    private static double FirstOrderMove(Dictionary<string, NamedTensor> before, Dictionary<string, NamedTensor> after, int layer, LoraTargets target)
    {
        NamedTensor a = before[TrainedNames.FactorA(layer, target)], b = before[TrainedNames.FactorB(layer, target)];
        float[] newA = after[a.Name].Values, newB = after[b.Name].Values;
        (int rank, int inputs, int outputs) = (a.Shape[0], a.Shape[1], b.Shape[0]);
        double sum = 0;
        for (int i = 0; i < outputs; i++)
        {
            for (int j = 0; j < inputs; j++)
            {
                double element = 0;
                for (int k = 0; k < rank; k++)
                {
                    double ownA = a.Values[(k * inputs) + j], ownB = b.Values[(i * rank) + k];
                    element += (ownB * (newA[(k * inputs) + j] - ownA)) + ((newB[(i * rank) + k] - ownB) * ownA);
                }

                sum += element * element;
            }
        }

        return Plan.Adapter.Scaling * Math.Sqrt(sum);
    }

    /// <summary>The change of the product B·A of one matrix by one small step, from A scaled by c and B by 1/c.</summary>
    private static double[] ProductAfterRiemannianStep(float c)
    {
        OptimizerPlan plan = Sessions.Optimizer with
        {
            Rates = AdapterRates.Riemannian(1e-3f, 1e-12f),
            Optimizer = BaseOptimizer.GradientDescent,
            WeightDecay = 0,
            MaxGradientNorm = null,
        };
        using TrainingSession session = Sessions.Start(Encoder, Plan, optimizer: plan);
        session.ImportTrained(new TrainedWeights([.. session.ExportTrained().Tensors.Select(tensor => new NamedTensor(
            tensor.Name, tensor.Shape, [.. tensor.Values.Select(value => TrainedNames.IsFactorA(tensor.Name) ? value * c : TrainedNames.IsFactorB(tensor.Name) ? value / c : value)]))]));
        Sessions.Step(session, Encoder.Shape, 0);
        Dictionary<string, NamedTensor> trained = session.ExportTrained().Tensors.ToDictionary(tensor => tensor.Name);
        NamedTensor a = trained[TrainedNames.FactorA(1, LoraTargets.Value)], b = trained[TrainedNames.FactorB(1, LoraTargets.Value)];
        (int rank, int inputs, int outputs) = (a.Shape[0], a.Shape[1], b.Shape[0]);
        double[] product = new double[outputs * inputs];
        for (int i = 0; i < product.Length; i++)
        {
            for (int k = 0; k < rank; k++)
            {
                product[i] += (double)b.Values[(i / inputs * rank) + k] * a.Values[(k * inputs) + (i % inputs)];
            }
        }

        return product;
    }

    private sealed class PreconditioningRates(double ofA, double ofB) : AdapterRateRule
    {
        public override string Description => nameof(PreconditioningRates);

        public override double RateOfHead => 1e-3;

        public override AdapterStatistics Statistics => AdapterStatistics.Factors;

        public override bool Preconditions => true;

        public override void Precondition(in AdapterStep update, Span<double> preconditionerOfA, Span<double> preconditionerOfB)
        {
            preconditionerOfA.Fill(ofA);
            preconditionerOfB.Fill(ofB);
        }

        public override AdapterFactorRates Decide(in AdapterStep update, Span<float> state) => new(1e-3, 1e-3);
    }

    private sealed class AskingRates : AdapterRateRule
    {
        public override string Description => nameof(AskingRates);

        public override double RateOfHead => 5e-3f;

        public override AdapterStatistics Statistics => AdapterStatistics.Directions;

        public override AdapterFactorRates Decide(in AdapterStep update, Span<float> state) => new(1e-2f, 2e-2f);
    }
}
