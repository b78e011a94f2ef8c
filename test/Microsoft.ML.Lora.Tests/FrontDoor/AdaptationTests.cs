using Microsoft.ML.Lora.Tests.Storage;

namespace Microsoft.ML.Lora.Tests.FrontDoor;

/// <summary>Other methods than low-rank updates, from the options to the zip.</summary>
[TestClass]
public sealed class AdaptationTests : IDisposable
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly TinyEncoder _encoder = new();
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _encoder.Dispose();
        _folder.Dispose();
    }

    [TestMethod]
    [DataRow(AdaptationMethod.FullFineTuning, null, null, 16 * (54 + 24 + 2 + 2) + 2 * Layer + Pooler + 34)]
    [DataRow(AdaptationMethod.LastLayers, 1, null, Layer + Pooler + 34)]
    [DataRow(AdaptationMethod.AdapterH, null, 3, 4 * (2 * 16 * 3 + 3 + 16) + 4 * 2 * 16 + 34)]
    [DataRow(AdaptationMethod.AdapterH, 1, null, 2 * (2 * 16 * 64 + 64 + 16) + 2 * 2 * 16 + 34)]
    [DataRow(AdaptationMethod.AdapterL, null, 3, 2 * (2 * 16 * 3 + 3 + 16) + 2 * 2 * 16 + 34)]
    public void Load_AnyMethod_PredictsTheSameAndCountsItsNumbers(AdaptationMethod method, int? layers, int? bottleneck, int trained)
    {
        LoraSentencePairTransformer model = _encoder.Train(_ml, Options(method, layers) with { BottleneckSize = bottleneck });
        IDataView data = TinyPairs.Data(_ml, 40, seed: 5);
        string file = _folder.File("model.zip");
        _ml.Model.Save(model, data.Schema, file);

        var fresh = new MLContext();
        ITransformer loaded = fresh.Model.Load(file, out _);

        Scored.AssertSame(Scored.Of(_ml, model, data), Scored.Of(fresh, loaded, TinyPairs.Data(fresh, 40, seed: 5)));
        Assert.AreEqual(trained, model.Summary.TrainedParameters);
        Assert.AreEqual(trained, LoraSentencePairTransformer.FromLoaded(fresh, loaded).Summary.TrainedParameters);
    }

    [TestMethod]
    [DataRow(AdaptationMethod.LowRank, null, "Adaptive")]
    [DataRow(AdaptationMethod.FullFineTuning, null, "Equal(0.0003)")]
    [DataRow(AdaptationMethod.LastLayers, 1, "Equal(0.0003)")]
    [DataRow(AdaptationMethod.AdapterH, null, "Adaptive")]
    public void Fit_RatesNotSaid_SuitWhatIsTrained(AdaptationMethod method, int? layers, string rates)
    {
        TrainingSummary summary = _encoder.Train(_ml, Options(method, layers) with { Rates = null }).Summary;

        StringAssert.StartsWith(summary.Rates, rates, StringComparison.Ordinal);
    }

    [TestMethod]
    [DataRow(AdaptationMethod.FullFineTuning, null)]
    [DataRow(AdaptationMethod.LastLayers, 1)]
    [DataRow(AdaptationMethod.AdapterH, null)]
    [DataRow(AdaptationMethod.AdapterL, null)]
    public void Fit_ManyEpochs_LearnsAPatternTheHeadAloneDoesNot(AdaptationMethod method, int? layers)
    {
        LoraSentencePairOptions options = Options(method, layers) with { Epochs = 12, Rates = AdapterRates.Equal(5e-3f) };
        IDataView test = TinyPairs.Data(_ml, 100, seed: 9);

        double accuracy = _ml.BinaryClassification.Evaluate(new LoraSentencePairTrainer(_ml, options).Fit(TinyPairs.Data(_ml, 200)).Transform(test)).Accuracy;

        Assert.IsGreaterThan(0.9, accuracy);
    }

    [TestMethod]
    public void Constructor_OptionsOfAnotherMethod_AreReportedTogether()
    {
        var options = new LoraSentencePairOptions
        {
            Adaptation = AdaptationMethod.FullFineTuning,
            AdaptedLayers = 1,
            BottleneckSize = 8,
            Targets = LoraTargets.All,
            Rank = 4,
            Alpha = 2.5f,
            RankStabilized = true,
            Dropout = 0.5f,
        };

        ArgumentException exception = Assert.ThrowsExactly<ArgumentException>(() => new LoraSentencePairTrainer(_ml, options));

        string[] faults = [.. new[] { "BottleneckSize is 8", "AdaptedLayers is 1", "Targets is All", "Rank is 4", "Alpha is 2.5", "RankStabilized is True", "Dropout is 0.5" }
            .Select(fault => $"{Environment.NewLine}- {fault}, but Adaptation is FullFineTuning, which does not use it. Leave it out.")];
        StringAssert.StartsWith(exception.Message, $"LoraSentencePairOptions has 7 faults:{string.Concat(faults)}");
    }

    [TestMethod]
    [DataRow(AdaptationMethod.LastLayers, null, null, "Adaptation is LastLayers, which needs AdaptedLayers: how many layers.")]
    [DataRow(AdaptationMethod.AdapterL, null, 1025, "BottleneckSize must be from 1 to 1024, but is 1025.")]
    [DataRow(AdaptationMethod.LowRank, null, 64, "BottleneckSize is 64, but Adaptation is LowRank, which does not use it. Leave it out.")]
    [DataRow((AdaptationMethod)9, null, null, "Adaptation must be one of LowRank, FullFineTuning, LastLayers, AdapterH, AdapterL, but is 9.")]
    public void Constructor_MethodWithoutWhatItNeeds_SaysSo(AdaptationMethod method, int? layers, int? bottleneck, string fault)
    {
        var options = new LoraSentencePairOptions { Adaptation = method, AdaptedLayers = layers, BottleneckSize = bottleneck };

        ArgumentException exception = Assert.ThrowsExactly<ArgumentException>(() => new LoraSentencePairTrainer(_ml, options));

        StringAssert.Contains(exception.Message, fault);
    }

    [TestMethod]
    public void Fit_CheckpointOfAnotherMethod_IsRefused()
    {
        var checkpoints = new TrainingCheckpoints(_folder.File("checkpoints"));
        _encoder.Train(_ml, Options(AdaptationMethod.AdapterH) with { Checkpoints = checkpoints });

        InvalidDataException exception = Assert.ThrowsExactly<InvalidDataException>(
            () => _encoder.Train(_ml, Options(AdaptationMethod.AdapterL) with { Checkpoints = checkpoints }));

        StringAssert.Contains(exception.Message, "adaptation");
    }

    [TestMethod]
    [DataRow(AdaptationMethod.FullFineTuning, null)]
    [DataRow(AdaptationMethod.LastLayers, 1)]
    [DataRow(AdaptationMethod.AdapterH, null)]
    [DataRow(AdaptationMethod.AdapterL, null)]
    public void Fit_GoesOnFromACheckpoint_SameModel(AdaptationMethod method, int? layers)
    {
        LoraSentencePairOptions options = Options(method, layers) with { Epochs = 2 };
        using var stop = new CancellationTokenSource();
        LoraSentencePairOptions interrupted = options with
        {
            Checkpoints = new TrainingCheckpoints(_folder.File("checkpoints")),
            CancellationToken = stop.Token,
            Progress = new StopAt(5, stop),
        };
        Assert.ThrowsExactly<OperationCanceledException>(() => _encoder.Train(_ml, interrupted));

        LoraSentencePairTransformer resumed = _encoder.Train(_ml, interrupted with { CancellationToken = default, Progress = null });

        CollectionAssert.AreEqual(Scored.Probe(_ml, _encoder.Train(_ml, options)), Scored.Probe(_ml, resumed));
    }

    /// <summary>Numbers of one of the tiny encoder's layers: four maps of attention, two of the feed-forward block, two normalisations.</summary>
    private const int Layer = 4 * (16 * 16 + 16) + 16 * 32 + 32 + 32 * 16 + 16 + 2 * 2 * 16;

    private const int Pooler = 16 * 16 + 16;

    private LoraSentencePairOptions Options(AdaptationMethod method, int? layers = null)
    {
        var defaults = new LoraSentencePairOptions();
        return _encoder.Options with { Adaptation = method, AdaptedLayers = layers, Rank = defaults.Rank, Alpha = defaults.Alpha };
    }

    private sealed class StopAt(int step, CancellationTokenSource source) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Step == step)
            {
                source.Cancel();
            }
        }
    }
}
