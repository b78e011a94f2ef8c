namespace Microsoft.ML.Lora.Tests.Training;

/// <summary>Every step takes 2 seconds and every validation 3, by a clock that nothing else moves.</summary>
[TestClass]
public sealed class ProgressTests
{
    private const double Rounding = 1e-9;

    [TestMethod]
    public void Execute_Progress_ComesInOrderOnTheTrainingThread()
    {
        ProgressList progress = Run(out _);

        CollectionAssert.AreEqual(
            new[] { "1", "2", "3", "3 validated", "4", "5", "6", "6 validated" },
            progress.Reports.Select(report => report.Validation is null ? $"{report.Step}" : $"{report.Step} validated").ToArray());
        CollectionAssert.AreEqual(new[] { Environment.CurrentManagedThreadId }, progress.Threads.ToArray());
    }

    [TestMethod]
    public void Execute_Progress_HasTheNumbersOfItsStep()
    {
        ProgressList progress = Run(out FakeSession session);

        TrainingProgress fourth = progress.Reports.Single(report => report.Step == 4);
        Assert.AreEqual(2, fourth.Epoch);
        Assert.AreEqual(2, fourth.Epochs);
        Assert.AreEqual(RunSetup.Steps, fourth.Steps);
        Assert.AreEqual(0.25, fourth.Loss, Rounding);
        Assert.AreEqual(0.5, fourth.GradientNorm, Rounding);
        AdapterRate rate = fourth.Rates.Single();
        Assert.AreEqual(1e-3 * session.Schedules[3].Share, rate.RateOfA, Rounding);
        Assert.AreEqual(4, rate.Ratio, Rounding);
        Assert.AreEqual(4e-3 * session.Schedules[3].Share, fourth.RateOfHead, Rounding);
        Assert.IsNull(fourth.Validation);
    }

    [TestMethod]
    public void Execute_ProgressOfAValidation_RepeatsItsStepWithTheFigures()
    {
        ProgressList progress = Run(out _);

        TrainingProgress step = progress.Reports[2];
        TrainingProgress validation = progress.Reports[3];
        Assert.AreEqual(1, validation.Epoch);
        Assert.AreEqual(step.Loss, validation.Loss);
        Assert.AreEqual(step.RateOfHead, validation.RateOfHead);
        Assert.AreEqual(1, validation.Validation!.Accuracy);
        Assert.AreEqual(Math.Log(1 + Math.Exp(-3)), validation.Validation.LogLoss, Rounding);
    }

    [TestMethod]
    public void Execute_ProgressTimes_CountStepsAndValidationsApart()
    {
        ProgressList progress = Run(out _);

        // Seconds elapsed, pairs per second of steps alone, and what is left: steps of 2 s, and from the first validation on 3 s for each.
        (double Elapsed, double Speed, double Remaining)[] expected =
        [
            (2, 4 / 2.0, 10),
            (4, 8 / 4.0, 8),
            (6, 10 / 6.0, 6),
            (9, 10 / 6.0, 6 + 3),
            (11, 14 / 8.0, 4 + 3),
            (13, 18 / 10.0, 2 + 3),
            (15, 20 / 12.0, 0 + 3),
            (18, 20 / 12.0, 0),
        ];
        for (int i = 0; i < expected.Length; i++)
        {
            TrainingProgress report = progress.Reports[i];
            Assert.AreEqual(expected[i].Elapsed, report.Elapsed.TotalSeconds, Rounding, $"Report {i}.");
            Assert.AreEqual(expected[i].Speed, report.PairsPerSecond, Rounding, $"Report {i}.");
            Assert.AreEqual(expected[i].Remaining, report.Remaining.TotalSeconds, Rounding, $"Report {i}.");
        }
    }

    private static ProgressList Run(out FakeSession session)
    {
        var clock = new ManualClock();
        session = new FakeSession
        {
            OnStep = _ => clock.Advance(TimeSpan.FromSeconds(2)),
            OnScore = () => clock.Advance(TimeSpan.FromSeconds(3)),
        };
        var progress = new ProgressList();
        var setup = new RunSetup { Validation = TrainingPairs.Create(2), Progress = progress, Time = clock };
        setup.Run(session);
        return progress;
    }
}
