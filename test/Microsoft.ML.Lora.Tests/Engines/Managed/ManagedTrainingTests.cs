using Microsoft.ML.Lora.Engines;
using Microsoft.ML.Lora.Engines.Managed;
using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Tests.Engines.Managed;

[TestClass]
public sealed class ManagedTrainingTests
{
    /// <summary>Long enough sequences for a batch to use all lanes, with more than one chunk in each.</summary>
    private static readonly EncoderShape LongShape = TinyModel.Shape with { PositionRows = 257 };

    [TestMethod, TestCategory("Engine")]
    [DataRow(2, 24)]
    [DataRow(3, 24)]
    [DataRow(8, 24)]
    [DataRow(3, 64)]
    public void Step_AnyNumberOfThreads_SameBits(int threads, int pairs)
    {
        EncoderWeights encoder = TinyModel.Encoder(LongShape);
        TrainablePlan plan = TinyModel.Plan(LoraTargets.All, ClassificationHead.TrainedPooler, dropout: 0.2f);
        using TrainingSession one = Sessions.Start(encoder, plan, 1);
        using TrainingSession several = Sessions.Start(encoder, plan, threads);

        for (int i = 0; i < 3; i++)
        {
            Assert.AreEqual(Sessions.Step(one, LongShape, i, pairs), Sessions.Step(several, LongShape, i, pairs));
        }

        CollectionAssert.AreEqual(Sessions.Bits(one), Sessions.Bits(several));
    }

    [TestMethod, TestCategory("Engine")]
    public void Step_ResumedFromExport_SameBitsAsUninterrupted()
    {
        EncoderWeights encoder = TinyModel.Encoder();
        TrainablePlan plan = TinyModel.Plan(LoraTargets.QueryAndValue, dropout: 0.2f);
        using TrainingSession whole = Sessions.Start(encoder, plan);
        using TrainingSession begun = Sessions.Start(encoder, plan);
        using ITrainingSession resumed = new ManagedEngine(2).StartTraining(encoder, plan, Sessions.Optimizer, seed: 99);
        for (int i = 0; i < 6; i++)
        {
            Sessions.Step(whole, encoder.Shape, i);
        }

        for (int i = 0; i < 3; i++)
        {
            Sessions.Step(begun, encoder.Shape, i);
        }

        resumed.ImportTrained(begun.ExportTrained());
        resumed.ImportOptimizer(begun.ExportOptimizer());
        for (int i = 3; i < 6; i++)
        {
            Sessions.Step(resumed, encoder.Shape, i);
        }

        CollectionAssert.AreEqual(Sessions.Bits(whole), Sessions.Bits(resumed));
        Assert.AreEqual(6, resumed.ExportOptimizer().Steps);
    }

    [TestMethod]
    public void StartTraining_SameSeed_SameStartAndAnotherSeedAnother()
    {
        EncoderWeights encoder = TinyModel.Encoder();
        TrainablePlan plan = TinyModel.Plan(LoraTargets.QueryAndValue);
        var engine = new ManagedEngine(1);

        using ITrainingSession first = engine.StartTraining(encoder, plan, Sessions.Optimizer, 1);
        using ITrainingSession same = engine.StartTraining(encoder, plan, Sessions.Optimizer, 1);
        using ITrainingSession other = engine.StartTraining(encoder, plan, Sessions.Optimizer, 2);

        CollectionAssert.AreEqual(Sessions.Bits(first), Sessions.Bits(same));
        CollectionAssert.AreNotEqual(Sessions.Bits(first), Sessions.Bits(other));
    }

    [TestMethod]
    public void StartTraining_AnyPlan_StartsFromKaimingZeroAndSmallHead()
    {
        EncoderShape shape = TinyModel.Shape with { Hidden = 96 };
        EncoderWeights encoder = TinyModel.Encoder(shape);
        TrainablePlan plan = TinyModel.Plan(LoraTargets.Query, ClassificationHead.TrainedPooler, rank: 8, classes: 50);

        using ITrainingSession session = new ManagedEngine(1).StartTraining(encoder, plan, Sessions.Optimizer, 1);

        Dictionary<string, float[]> start = session.ExportTrained().Tensors.ToDictionary(tensor => tensor.Name, tensor => tensor.Values);
        double bound = 1 / Math.Sqrt(shape.Hidden);
        float[] a = start[TrainedNames.FactorA(1, LoraTargets.Query)];
        Assert.IsLessThanOrEqualTo((float)bound, a.Max(Math.Abs));
        Assert.AreEqual(bound / Math.Sqrt(3), Deviation(a), 0.05 * bound);
        Assert.IsTrue(start[TrainedNames.FactorB(1, LoraTargets.Query)].All(value => value == 0));
        Assert.AreEqual(0.02, Deviation(start[TrainedNames.ClassifierWeight]), 0.001);
        Assert.IsTrue(start[TrainedNames.ClassifierBias].All(value => value == 0));
        CollectionAssert.AreEqual(encoder.Pooler!.Weight.Values, start[TrainedNames.PoolerWeight]);
        CollectionAssert.AreEqual(encoder.Pooler.Bias, start[TrainedNames.PoolerBias]);
    }

    [TestMethod]
    public void StartTraining_TrainedPoolerWithoutCheckpointPooler_StartsSmallAndRandom()
    {
        EncoderShape shape = TinyModel.Shape with { Hidden = 96 };
        TrainablePlan plan = TinyModel.Plan(LoraTargets.None, ClassificationHead.TrainedPooler);

        using ITrainingSession session = new ManagedEngine(1).StartTraining(TinyModel.Encoder(shape, pooler: false), plan, Sessions.Optimizer, 1);

        NamedTensor pooler = session.ExportTrained().Tensors.Single(tensor => tensor.Name == TrainedNames.PoolerWeight);
        Assert.AreEqual(0.02, Deviation(pooler.Values), 0.001);
    }

    [TestMethod]
    public void Step_ManySteps_LearnsItsPairs()
    {
        EncoderWeights encoder = TinyModel.Encoder();
        TrainablePlan plan = TinyModel.Plan(LoraTargets.QueryAndValue);
        using ITrainingSession session = new ManagedEngine(2).StartTraining(encoder, plan, Sessions.Optimizer, 1);

        double first = Sessions.Step(session, encoder.Shape, 0).Loss;
        double last = first;
        for (int i = 0; i < 150; i++)
        {
            last = Sessions.Step(session, encoder.Shape, 0).Loss;
        }

        Assert.IsLessThan(first / 4, last);
    }

    [TestMethod, TestCategory("Engine")]
    public void Step_NonFiniteWeight_UpdatesNothingAndSaysSo()
    {
        EncoderWeights encoder = TinyModel.Encoder();
        using TrainingSession session = Sessions.Start(encoder, TinyModel.Plan(LoraTargets.QueryAndValue));
        TrainedWeights trained = session.ExportTrained();
        trained.Tensors[0].Values[0] = float.NaN;
        session.ImportTrained(trained);
        int[] before = Sessions.Bits(session);

        StepResult result = Sessions.Step(session, encoder.Shape, 0);

        Assert.IsFalse(result.IsFinite);
        CollectionAssert.AreEqual(before, Sessions.Bits(session));
        Assert.AreEqual(0, session.ExportOptimizer().Steps);
    }

    [TestMethod]
    public void Step_LongGradient_IsClippedToTheNorm()
    {
        // With first moments alone decaying to the gradient (β₁ = 0), m is the clipped gradient itself.
        EncoderWeights encoder = TinyModel.Encoder();
        OptimizerPlan plan = Sessions.Optimizer with { Beta1 = 0, MaxGradientNorm = 1e-3f };
        using TrainingSession session = Sessions.Start(encoder, TinyModel.Plan(LoraTargets.QueryAndValue), optimizer: plan);

        StepResult result = Sessions.Step(session, encoder.Shape, 0);

        IEnumerable<NamedTensor> first = session.ExportOptimizer().Moments.Where(tensor => tensor.Name.StartsWith("m.", StringComparison.Ordinal));
        double norm = Math.Sqrt(first.SelectMany(tensor => tensor.Values).Sum(value => (double)value * value));
        Assert.IsGreaterThan(0.1, result.GradientNorm);
        Assert.AreEqual(1e-3, norm, 1e-6);
    }

    [TestMethod, TestCategory("Engine")]
    public void Step_SteadyState_AllocatesNothing()
    {
        // Short sequences: a round must be over before the runtime's own threads allocate, without SIMD too; enough of them for four lanes.
        EncoderWeights encoder = TinyModel.Encoder();
        using TrainingSession session = Sessions.Start(encoder, TinyModel.Plan(LoraTargets.All, dropout: 0.1f), threads: 2);
        EncodedPair[] pairs = TinyModel.RandomPairs(encoder.Shape, 1, 40);
        var labels = new int[40];
        float[] weights = [.. Enumerable.Repeat(1f, 40)];
        void Step() => session.Step(new TrainingBatch { Pairs = pairs, Labels = labels, Weights = weights }, Sessions.Schedule);

        SteadyState.AssertAllocatesNothing(Step);

        long least = long.MaxValue;
        for (int round = 0; round < 5 && least >= 20 * 1024; round++)
        {
            long all = GC.GetTotalAllocatedBytes(precise: true);
            for (int i = 0; i < 20; i++)
            {
                Step();
            }

            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - all);
        }

        // The runtime's and the test host's own threads allocate now and then; 20 steps that allocated would show in every round.
        Assert.IsLessThan(20 * 1024, least);
    }

    private static double Deviation(float[] values) => Math.Sqrt(values.Average(value => (double)value * value));
}
