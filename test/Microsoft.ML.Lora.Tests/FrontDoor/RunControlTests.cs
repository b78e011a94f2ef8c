using Microsoft.ML.Lora.Tests.Storage;
using Microsoft.ML.Lora.Tests.Training;

namespace Microsoft.ML.Lora.Tests.FrontDoor;

/// <summary>Progress, cancellation, checkpoints and log as the user sees them: 64 pairs, so 8 steps an epoch.</summary>
[TestClass]
public sealed class RunControlTests : IDisposable
{
    private const int StepsPerEpoch = 8;

    private readonly MLContext _ml = new(seed: 1);
    private readonly TinyEncoder _encoder = new();
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _encoder.Dispose();
        _folder.Dispose();
    }

    [TestMethod]
    public void Fit_Progress_ComesInOrderOnTheCallersThread()
    {
        var progress = new ProgressList();

        new LoraSentencePairTrainer(_ml, _encoder.Options with { Epochs = 2, Threads = 3, Progress = progress })
            .Fit(TinyPairs.Data(_ml, 64), TinyPairs.Data(_ml, 10, seed: 2));

        TrainingProgress[] steps = [.. progress.Reports.Where(report => report.Validation is null)];
        CollectionAssert.AreEqual(Enumerable.Range(1, 2 * StepsPerEpoch).ToArray(), steps.Select(report => report.Step).ToArray());
        CollectionAssert.AreEqual(
            new[] { StepsPerEpoch, 2 * StepsPerEpoch }, progress.Reports.Where(report => report.Validation is not null).Select(report => report.Step).ToArray());
        CollectionAssert.AreEqual(new[] { Environment.CurrentManagedThreadId }, progress.Threads.ToArray());
        Assert.IsTrue(steps.All(report => report.Loss > 0 && report.GradientNorm > 0 && report.RateOfHead > 0 && report.Rates.All(rate => rate.RateOfA > 0)));
    }

    [TestMethod]
    public void Fit_ClockThatStandsStill_MeasuresNoTime()
    {
        LoraSentencePairTransformer model = _encoder.Train(_ml, _encoder.Options with { TimeProvider = new ManualClock() });

        Assert.AreEqual(TimeSpan.Zero, model.Summary.TrainingTime);
        Assert.AreEqual(TimeSpan.Zero, model.Summary.TokenizationTime);
        Assert.AreEqual(0, model.Summary.PairsPerSecond);
    }

    [TestMethod]
    public void Fit_Summary_TellsHowItWent()
    {
        LoraSentencePairTransformer model = _encoder.Train(_ml, _encoder.Options with { Epochs = 2 });

        TrainingSummary summary = model.Summary;
        Assert.AreEqual(TrainingEnd.Completed, summary.End);
        Assert.AreEqual(2 * 2 * (2 * 16 + 16 * 2) + 2 * 16 + 2, summary.TrainedParameters); // layers · matrices · (A and B of rank 2), and the head
        Assert.AreEqual(64, summary.TrainingPairs);
        Assert.AreEqual(0, summary.ValidationPairs);
        Assert.AreEqual(0, summary.TruncatedPairs);
        Assert.AreEqual(2 * StepsPerEpoch, summary.Steps);
        Assert.AreEqual(2 * StepsPerEpoch, summary.KeptStep);
        Assert.AreEqual(3, summary.Seed);
        Assert.IsGreaterThan(0, summary.PairsPerSecond);
        Assert.AreEqual(Path.GetFileName(_encoder.Folder), model.EncoderId);
    }

    [TestMethod]
    public void Fit_Cancelled_ThrowsOrKeepsWhatThereIs()
    {
        OperationCanceledException exception = Assert.ThrowsExactly<OperationCanceledException>(() => CancelAt(3, _encoder.Options));
        LoraSentencePairTransformer kept = CancelAt(3, _encoder.Options with { OnCancellation = CancellationResult.KeepBest });

        Assert.AreEqual("Training was cancelled after step 3 of 8.", exception.Message);
        Assert.AreEqual(TrainingEnd.Cancelled, kept.Summary.End);
        Assert.AreEqual(3, kept.Summary.Steps);
        Assert.HasCount(12, Scored.Probe(_ml, kept));
    }

    [TestMethod]
    public void Fit_CancelledBeforeItBegan_ReadsNothingMore()
    {
        var view = new MemoryView(TinyPairs.Create(16));
        LoraSentencePairOptions options = _encoder.Options with { CancellationToken = new CancellationToken(canceled: true) };

        Assert.Throws<OperationCanceledException>(() => new LoraSentencePairTrainer(_ml, options).Fit(view));

        Assert.AreEqual(0, view.Open);
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(7)]
    [DataRow(8)]
    [DataRow(12)]
    public void Fit_InterruptedAndTakenUpAgain_GivesTheSameBits(int step)
    {
        LoraSentencePairOptions options = _encoder.Options with { Epochs = 2, Dropout = 0.3f, Symmetric = true, ValidationFraction = 0.2f, BatchSize = 7 };
        LoraSentencePairTransformer uninterrupted = _encoder.Train(_ml, options);
        LoraSentencePairOptions withCheckpoints = options with { Checkpoints = new TrainingCheckpoints(_folder.Path) };
        Assert.ThrowsExactly<OperationCanceledException>(() => CancelAt(step, withCheckpoints));

        LoraSentencePairTransformer resumed = _encoder.Train(_ml, withCheckpoints with { Threads = 2 });

        CollectionAssert.AreEqual(Scored.Probe(_ml, uninterrupted), Scored.Probe(_ml, resumed));
        CollectionAssert.AreEqual(uninterrupted.Summary.Validations.ToArray(), resumed.Summary.Validations.ToArray());
        Assert.AreEqual(uninterrupted.Summary.Steps, resumed.Summary.Steps);
        CollectionAssert.AreEqual(new[] { "training.safetensors" }, _folder.Files());
    }

    [TestMethod]
    public void Fit_CheckpointOfOtherOptionsOrData_IsRefused()
    {
        LoraSentencePairOptions options = _encoder.Options with { Checkpoints = new TrainingCheckpoints(_folder.Path) };
        _encoder.Train(_ml, options);
        LoraSentencePairOptions[] others =
        [
            options with { Rank = 4, Alpha = 8 },
            options with { Alpha = 5 },
            options with { Targets = LoraTargets.Query },
            options with { Dropout = 0.1f },
            options with { Head = ClassificationHead.Dense },
            options with { Rates = AdapterRates.Equal(2e-2f) },
            options with { Optimizer = BaseOptimizer.Adam },
            options with { Schedule = RateSchedule.Cosine },
            options with { WarmupFraction = 0 },
            options with { WeightDecay = 0 },
            options with { MaxGradientNorm = 1 },
            options with { Epochs = 2 },
            options with { BatchSize = 4 },
            options with { MaxTokens = 20 },
            options with { Symmetric = true },
            options with { ClassWeighting = ClassWeighting.Balanced },
            options with { ValidationFraction = 0.1f },
            options with { Seed = 4 },
        ];

        foreach (LoraSentencePairOptions other in others)
        {
            InvalidDataException exception = Assert.ThrowsExactly<InvalidDataException>(() => _encoder.Train(_ml, other));
            StringAssert.Contains(exception.Message, "this checkpoint belongs to another training: ", StringComparison.Ordinal);
        }

        Assert.ThrowsExactly<InvalidDataException>(() => new LoraSentencePairTrainer(_ml, options).Fit(TinyPairs.Data(_ml, 64, seed: 2)));
    }

    [TestMethod]
    public void Fit_CheckpointOfOtherOptions_NamesWhatDiffersAndNothingElse()
    {
        LoraSentencePairOptions options = _encoder.Options with { Checkpoints = new TrainingCheckpoints(_folder.Path) };
        _encoder.Train(_ml, options);

        InvalidDataException exception = Assert.ThrowsExactly<InvalidDataException>(() => _encoder.Train(_ml, options with { Rank = 8, Alpha = 16, Dropout = 0.1f }));

        Assert.AreEqual(
            $"{_folder.File("training.safetensors")}: this checkpoint belongs to another training: dropout is 0.1, but the checkpoint has 0; "
            + "rank is 8, but the checkpoint has 2. Choose another folder, or set TrainingCheckpoints.Resume to false to overwrite it.",
            exception.Message);
    }

    [TestMethod]
    public void Fit_Log_CountsThreads()
    {
        var messages = new List<string>();
        _ml.Log += (_, message) => messages.Add(message.RawMessage);

        _encoder.Train(_ml, _encoder.Options with { Threads = 2 });

        CollectionAssert.Contains(messages, "Training 290 numbers on the managed engine with 2 threads, seed 3.");
    }

    [TestMethod]
    public void Fit_Log_TellsOfEncoderDataAndEnd()
    {
        var messages = new List<string>();
        _ml.Log += (_, message) =>
        {
            if (message.Source.StartsWith("LoraSentencePairTrainer", StringComparison.Ordinal))
            {
                messages.Add(message.RawMessage);
            }
        };

        _encoder.Train(_ml, _encoder.Options with { TimeProvider = new ManualClock() });

        string log = string.Join("\n", messages);
        StringAssert.Contains(log, $"Encoder '{_encoder.Encoder.Id}', checksum ", StringComparison.Ordinal);
        StringAssert.Contains(log, "sequences up to 24 tokens.", StringComparison.Ordinal);
        StringAssert.Contains(log, "64 pairs to train on, 0 to validate on.", StringComparison.Ordinal);
        StringAssert.Contains(log, "Training 290 numbers on the managed engine with 1 thread, seed 3.", StringComparison.Ordinal);
        StringAssert.Contains(log, "Training ended after step 8 of 8; kept the weights of step 8; 0 pairs/s.", StringComparison.Ordinal);
    }

    private LoraSentencePairTransformer CancelAt(int step, LoraSentencePairOptions options)
    {
        using var source = new CancellationTokenSource();
        var progress = new ProgressList
        {
            OnReport = report =>
            {
                if (report.Step == step)
                {
                    source.Cancel();
                }
            },
        };
        return _encoder.Train(_ml, options with { CancellationToken = source.Token, Progress = progress });
    }
}
