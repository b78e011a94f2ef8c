using Microsoft.ML.Lora.Training;

namespace Microsoft.ML.Lora.Tests.Training;

[TestClass]
public sealed class EarlyStoppingTests
{
    [TestMethod]
    public void Execute_NoNewBest_StopsAfterPatienceAndRestoresTheBest()
    {
        // Validated after every step; the best is step 2, the two behind it are worse.
        var session = new FakeSession { Margin = steps => steps == 2 ? 5 : 1 };

        TrainingOutcome outcome = Setup(patience: 2).Run(session);

        Assert.AreEqual(TrainingEnd.StoppedEarly, outcome.End);
        Assert.AreEqual(4, outcome.Steps);
        Assert.AreEqual(2, outcome.WeightsStep);
        Assert.AreEqual(2, outcome.Weights.Tensors[0].Values[0]);
        CollectionAssert.AreEqual(new float[] { -5, 5 }, outcome.ValidationScores);
        Assert.HasCount(4, outcome.Validations);
    }

    [TestMethod]
    public void Execute_EqualQuality_IsNoNewBest()
    {
        var session = new FakeSession { Margin = _ => 1 };

        TrainingOutcome outcome = Setup(patience: 3).Run(session);

        Assert.AreEqual(1, outcome.WeightsStep);
        Assert.AreEqual(4, outcome.Steps);
    }

    [TestMethod]
    public void Execute_NewBestInTime_GoesOn()
    {
        // Worse at 2 and 3, but 4 is better than all before.
        float[] margins = [0, 2, 1, 1, 3, 1, 1];
        var session = new FakeSession { Margin = steps => margins[steps] };

        TrainingOutcome outcome = Setup(patience: 3).Run(session);

        Assert.AreEqual(TrainingEnd.Completed, outcome.End);
        Assert.AreEqual(RunSetup.Steps, outcome.Steps);
        Assert.AreEqual(4, outcome.WeightsStep);
    }

    [TestMethod]
    [DataRow(ValidationMetric.LogLoss, 3)]
    [DataRow(ValidationMetric.Accuracy, 1)]
    [DataRow(ValidationMetric.F1, 1)]
    [DataRow(ValidationMetric.MatthewsCorrelation, 1)]
    public void Execute_Metric_Decides(ValidationMetric metric, int bestStep)
    {
        // Every decision is right from step 1 on; only the loss still improves, up to step 3.
        var session = new FakeSession { Margin = steps => steps == 3 ? 9 : steps };

        TrainingOutcome outcome = Setup(patience: 1000, metric).Run(session);

        Assert.AreEqual(bestStep, outcome.WeightsStep);
    }

    [TestMethod]
    public void Execute_Log_SaysThatItStoppedEarly()
    {
        RunSetup setup = Setup(patience: 1);

        setup.Run(new FakeSession { Margin = _ => 1 });

        Assert.AreEqual("Training stopped early after step 2 of 6; kept the weights of step 1; 0 pairs/s.", setup.Log[^1]);
    }

    private static RunSetup Setup(int patience, ValidationMetric metric = ValidationMetric.LogLoss) => new()
    {
        Validation = TrainingPairs.Create(2),
        Plan = new RunSetup().Plan with
        {
            ValidationsPerEpoch = 100,
            EarlyStopping = new EarlyStopping { Patience = patience, Metric = metric },
        },
    };
}
