using Microsoft.ML.Lora.Engines;
using Microsoft.ML.Lora.Primitives;
using Microsoft.ML.Lora.Tests.Storage;
using Microsoft.ML.Lora.Training;

namespace Microsoft.ML.Lora.Tests.Training;

/// <summary>Runs that diverge where no later step's loss tells of it.</summary>
[TestClass]
public sealed class DivergenceTests
{
    private const string Advice =
        " The rates (Ratio(0.001, 4)) are probably too high for this encoder and rank: try a third of them, or set MaxGradientNorm to 1.";

    [TestMethod]
    [DataRow(3)]
    [DataRow(6)]
    public void Execute_ValidationNotFinite_IsNoBestButTheEnd(int step)
    {
        var setup = new RunSetup
        {
            Validation = TrainingPairs.Create(4),
            Plan = new RunSetup().Plan with { EarlyStopping = new EarlyStopping() },
        };

        AssertDiverges(setup, new FakeSession { Margin = steps => steps == step ? float.NaN : steps }, $"Training stopped at step {step} of 6: the validation log-loss is NaN.");

        Assert.IsFalse(setup.Log.Any(line => line.Contains("NaN", StringComparison.Ordinal)), "not-a-number is logged as a result");
    }

    [TestMethod]
    [DataRow(float.NaN)]
    [DataRow(float.NegativeInfinity)]
    public void Execute_LastStepSpoilsTheWeights_ReturnsNone(float blow) =>
        AssertDiverges(
            new RunSetup(), new FakeSession { Blow = step => step == 6 ? blow : 0 }, "Training stopped at step 6 of 6: the weights 'classifier.weight' are not finite.");

    [TestMethod]
    public void Execute_WeightsTooLargeToScoreWith_ReturnsNone() =>
        AssertDiverges(
            new RunSetup(), new FakeSession { Margin = _ => float.PositiveInfinity }, "Training stopped at step 6 of 6: the trained model gives a pair the score -Infinity.");

    [TestMethod]
    public void Execute_SpoiltWeights_AreNoBestAndNoCheckpoint()
    {
        using var folder = new TemporaryFolder();
        var setup = new RunSetup
        {
            Validation = TrainingPairs.Create(4),
            Plan = new RunSetup().Plan with { EarlyStopping = new EarlyStopping() },
        };
        var saving = new RunSetup { Checkpoints = new CheckpointStore(new TrainingCheckpoints(folder.Path), new Facts()) };
        FakeSession Spoilt() => new() { Blow = step => step == 3 ? float.NaN : 0 };

        AssertDiverges(setup, Spoilt(), "Training stopped at step 3 of 6: the weights 'classifier.weight' are not finite.");
        AssertDiverges(saving, Spoilt(), "Training stopped at step 3 of 6: the weights 'classifier.weight' are not finite.");

        Assert.IsEmpty(folder.Files());
    }

    private static void AssertDiverges(RunSetup setup, FakeSession session, string message)
    {
        DivergenceException exception = Assert.ThrowsExactly<DivergenceException>(() => setup.Run(session));

        Assert.AreEqual(message + Advice, exception.Message);
    }
}
