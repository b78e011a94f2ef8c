using Microsoft.ML.Lora.Engines;
using Microsoft.ML.Lora.Training;

namespace Microsoft.ML.Lora.Tests.Training;

[TestClass]
public sealed class TrainingRunTests
{
    private const double ShareRounding = 1e-9;

    [TestMethod]
    public void Execute_NoValidation_TakesEveryStepAndKeepsTheLastWeights()
    {
        var session = new FakeSession();

        TrainingOutcome outcome = new RunSetup().Run(session);

        Assert.AreEqual(TrainingEnd.Completed, outcome.End);
        Assert.AreEqual(RunSetup.Steps, outcome.Steps);
        Assert.AreEqual(RunSetup.Steps, outcome.WeightsStep);
        Assert.AreEqual(RunSetup.Steps, outcome.Weights.Tensors[0].Values[0]);
        Assert.AreEqual(20, outcome.PairsTrained);
        Assert.IsEmpty(outcome.Validations);
        Assert.IsNull(outcome.ValidationScores);
    }

    [TestMethod]
    public void Execute_TwoEpochs_MeetsEveryRowOnceInEachAndInAnotherOrder()
    {
        var session = new FakeSession();

        new RunSetup().Run(session);

        int[] first = [.. session.Batches.Take(RunSetup.StepsPerEpoch).SelectMany(rows => rows)];
        int[] second = [.. session.Batches.Skip(RunSetup.StepsPerEpoch).SelectMany(rows => rows)];
        CollectionAssert.AreEqual(Enumerable.Range(0, 10).ToArray(), first.Order().ToArray());
        CollectionAssert.AreEqual(Enumerable.Range(0, 10).ToArray(), second.Order().ToArray());
        CollectionAssert.AreNotEqual(first, second);
    }

    [TestMethod]
    public void Execute_LinearSchedule_HandsEachStepItsShare()
    {
        var session = new FakeSession();
        var setup = new RunSetup { Plan = new RunSetup().Plan with { WarmupFraction = 1 / 3f } };

        setup.Run(session);

        float[] shares = [0.5f, 1, 1, 0.75f, 0.5f, 0.25f];
        for (int step = 0; step < shares.Length; step++)
        {
            Assert.AreEqual(shares[step], session.Schedules[step].Share, ShareRounding);
            Assert.AreEqual(step < 2, session.Schedules[step].IsWarmup);
        }
    }

    [TestMethod]
    public void Execute_BalancedClasses_WeightsThePairs()
    {
        var session = new FakeSession();
        var setup = new RunSetup { Train = TrainingPairs.Create(5), Plan = new RunSetup().Plan with { ClassWeighting = ClassWeighting.Balanced } };

        setup.Run(session);

        // Rows 1 and 3 of 5 are positive: 5 / (2 · 2), the others 5 / (2 · 3).
        for (int i = 0; i < session.Batches.Count; i++)
        {
            float[] expected = [.. session.Batches[i].Select(row => row % 2 == 1 ? 1.25f : 5 / 6f)];
            CollectionAssert.AreEqual(expected, session.PairWeights[i]);
        }
    }

    [TestMethod]
    public void Execute_LossNotFinite_StopsWithStepAndAdvice()
    {
        var session = new FakeSession { Loss = step => step == 4 ? double.NaN : 1 };

        DivergenceException exception = Assert.ThrowsExactly<DivergenceException>(() => new RunSetup().Run(session));

        Assert.AreEqual(
            "Training stopped at step 4 of 6: the loss is NaN and the norm of the gradients NaN. "
            + "The rates (Ratio(0.001, 4)) are probably too high for this encoder and rank: try a third of them, or set MaxGradientNorm to 1.",
            exception.Message);
        Assert.AreEqual(3, session.Steps);
    }

    [TestMethod]
    public void Execute_WithValidation_ScoresWithTheKeptWeights()
    {
        var session = new FakeSession();
        var setup = new RunSetup { Validation = TrainingPairs.Create(3) };

        TrainingOutcome outcome = setup.Run(session);

        CollectionAssert.AreEqual(new[] { 3, 6 }, outcome.Validations.Select(point => point.Step).ToArray());
        CollectionAssert.AreEqual(new float[] { -6, 6, -6 }, outcome.ValidationScores);
    }

    [TestMethod]
    public void Execute_Log_HasEachValidationAndTheEnd()
    {
        var clock = new ManualClock();
        var session = new FakeSession { OnStep = _ => clock.Advance(TimeSpan.FromSeconds(1)) };
        var setup = new RunSetup { Validation = TrainingPairs.Create(4), Time = clock };

        setup.Run(session);

        CollectionAssert.AreEqual(
            new[]
            {
                "Step 3 of 6: validation log-loss 0.0486, ACC 1.0000, F1 1.0000, MCC 1.0000.",
                "Step 6 of 6: validation log-loss 0.0025, ACC 1.0000, F1 1.0000, MCC 1.0000.",
                "Training ended after step 6 of 6; kept the weights of step 6; 3 pairs/s.",
            },
            setup.Log);
    }
}
