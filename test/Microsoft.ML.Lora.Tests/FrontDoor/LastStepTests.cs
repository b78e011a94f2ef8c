using Microsoft.ML.Lora.Engines;
using Microsoft.ML.Lora.Tests.Training;

namespace Microsoft.ML.Lora.Tests.FrontDoor;

/// <summary>What comes after the last step: a model that diverged in it, and a matching score that is cancelled.</summary>
[TestClass]
public sealed class LastStepTests : IDisposable
{
    private const int Steps = 8;

    private readonly MLContext _ml = new(seed: 1);
    private readonly TinyEncoder _encoder = new();

    public void Dispose() => _encoder.Dispose();

    [TestMethod]
    [DataRow(3e38f, 0, "the weights 'encoder.layer.0.attention.self.query.lora_A.weight' are not finite")]
    [DataRow(3e38f, 300, "the validation log-loss is NaN")]
    public void Fit_OnlyStepDiverges_SaysSo(float rate, int validation, string found)
    {
        LoraSentencePairOptions options = _encoder.Options with
        {
            BatchSize = 64,
            Rates = new TestRates(rate, rate, rate),
            EarlyStopping = validation > 0 ? new EarlyStopping() : null,
        };

        DivergenceException exception = Assert.ThrowsExactly<DivergenceException>(() => new LoraSentencePairTrainer(_ml, options)
            .Fit(TinyPairs.Data(_ml, 64), validation > 0 ? TinyPairs.Data(_ml, validation, seed: 9) : null));

        StringAssert.StartsWith(exception.Message, "Training stopped at step 1 of 1: " + found, StringComparison.Ordinal);
        StringAssert.EndsWith(exception.Message, "try a third of them, or set MaxGradientNorm to 1.", StringComparison.Ordinal);
    }

    [TestMethod]
    public void Fit_CancelledAfterTheLastStep_Throws() => Assert.Throws<OperationCanceledException>(() => CancelAfterTraining(_encoder.Options));

    [TestMethod]
    public void Fit_CancelledAfterTheLastStep_KeepsTheClassifiersScores()
    {
        LoraSentencePairOptions options = _encoder.Options with
        {
            OnCancellation = CancellationResult.KeepBest,
            DecisionThreshold = DecisionThreshold.MaximizeAccuracy,
        };
        var warnings = new List<string>();
        _ml.Log += (_, message) =>
        {
            if (message.Kind == Runtime.ChannelMessageKind.Warning)
            {
                warnings.Add(message.RawMessage);
            }
        };

        LoraSentencePairTransformer kept = CancelAfterTraining(options);

        LoraSentencePairTransformer plain = new LoraSentencePairTrainer(_ml, options with { MatchingScore = MatchingScore.Classifier })
            .Fit(TinyPairs.Data(_ml, 64), TinyPairs.Data(_ml, 200, seed: 9));
        Assert.IsNull(kept.Summary.Matching);
        Assert.AreEqual(TrainingEnd.Cancelled, kept.Summary.End);
        Assert.AreEqual(Steps, kept.Summary.Steps);
        Assert.AreEqual(plain.Threshold, kept.Threshold);
        CollectionAssert.AreEqual(Scored.Probe(_ml, plain), Scored.Probe(_ml, kept));
        CollectionAssert.AreEqual(new[] { "Training was cancelled before MatchingScore was made: scores stay the classifier's." }, warnings);
    }

    private LoraSentencePairTransformer CancelAfterTraining(LoraSentencePairOptions options)
    {
        using var source = new CancellationTokenSource();
        var progress = new ProgressList
        {
            OnReport = report =>
            {
                if (report.Step == Steps)
                {
                    source.Cancel();
                }
            },
        };
        return new LoraSentencePairTrainer(_ml, options with { MatchingScore = MatchingScore.DensityAware, CancellationToken = source.Token, Progress = progress })
            .Fit(TinyPairs.Data(_ml, 64), TinyPairs.Data(_ml, 200, seed: 9));
    }
}
