using Microsoft.ML.Lora.Training;

namespace Microsoft.ML.Lora.Tests.Training;

[TestClass]
public sealed class CancellationTests
{
    [TestMethod]
    public void Execute_CancelledAndThrow_ThrowsWithTheStep()
    {
        using var source = new CancellationTokenSource();
        var session = new FakeSession { OnStep = Interruption.At(3, source) };
        var setup = new RunSetup { Cancellation = source.Token };

        OperationCanceledException exception = Assert.ThrowsExactly<OperationCanceledException>(() => setup.Run(session));

        Assert.AreEqual("Training was cancelled after step 3 of 6.", exception.Message);
        Assert.AreEqual(source.Token, exception.CancellationToken);
        Assert.AreEqual(3, session.Steps);
    }

    [TestMethod]
    public void Execute_CancelledAndKeepBest_KeepsTheLatestWeights()
    {
        using var source = new CancellationTokenSource();
        var session = new FakeSession { OnStep = Interruption.At(2, source) };
        var setup = new RunSetup { Cancellation = source.Token, Plan = KeepBest };

        TrainingOutcome outcome = setup.Run(session);

        Assert.AreEqual(TrainingEnd.Cancelled, outcome.End);
        Assert.AreEqual(2, outcome.Steps);
        Assert.AreEqual(2, outcome.WeightsStep);
        Assert.AreEqual("Training was cancelled after step 2 of 6; kept the weights of step 2; 0 pairs/s.", setup.Log[^1]);
    }

    [TestMethod]
    public void Execute_CancelledAndKeepBestWithEarlyStopping_KeepsTheBestWeights()
    {
        using var source = new CancellationTokenSource();
        var session = new FakeSession { OnStep = Interruption.At(4, source), Margin = steps => steps == 2 ? 5 : 1 };
        var setup = new RunSetup
        {
            Cancellation = source.Token,
            Validation = TrainingPairs.Create(2),
            Plan = KeepBest with { ValidationsPerEpoch = 100, EarlyStopping = new EarlyStopping { Patience = 10 } },
        };

        TrainingOutcome outcome = setup.Run(session);

        Assert.AreEqual(TrainingEnd.Cancelled, outcome.End);
        Assert.AreEqual(4, outcome.Steps);
        Assert.AreEqual(2, outcome.WeightsStep);
        CollectionAssert.AreEqual(new float[] { -5, 5 }, outcome.ValidationScores);
    }

    [TestMethod]
    [DataRow(CancellationResult.Throw)]
    [DataRow(CancellationResult.KeepBest)]
    public void Execute_CancelledBeforeTheFirstStep_Throws(CancellationResult result)
    {
        var session = new FakeSession();
        var setup = new RunSetup { Cancellation = new CancellationToken(canceled: true), Plan = KeepBest with { OnCancellation = result } };

        OperationCanceledException exception = Assert.ThrowsExactly<OperationCanceledException>(() => setup.Run(session));

        Assert.AreEqual("Training was cancelled after step 0 of 6.", exception.Message);
        Assert.AreEqual(0, session.Steps);
    }

    [TestMethod]
    public void Execute_CancelledAtTheLastStep_IsCompleted()
    {
        using var source = new CancellationTokenSource();
        var session = new FakeSession { OnStep = Interruption.At(RunSetup.Steps, source) };

        TrainingOutcome outcome = new RunSetup { Cancellation = source.Token }.Run(session);

        Assert.AreEqual(TrainingEnd.Completed, outcome.End);
    }

    private static TrainingPlan KeepBest => new RunSetup().Plan with { OnCancellation = CancellationResult.KeepBest };
}
