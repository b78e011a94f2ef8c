namespace Microsoft.ML.Lora.Tests.FrontDoor;

[TestClass]
public sealed class OptionsTests
{
    private static readonly string Line = Environment.NewLine + "- ";

    [TestMethod]
    public void Constructor_Defaults_AreLegal()
    {
        _ = new LoraSentencePairTrainer(new MLContext());
    }

    [TestMethod]
    public void Constructor_EveryOptionWrong_ReportsAllTogether()
    {
        var options = new LoraSentencePairOptions
        {
            LabelColumnName = "",
            FirstSentenceColumnName = "",
            SecondSentenceColumnName = "",
            GroupColumnName = "",
            Encoder = null!,
            MaxTokens = 7,
            Targets = (LoraTargets)64,
            AdaptedLayers = 0,
            FrozenLayersMegabytes = -1,
            Rank = 0,
            Alpha = float.NaN,
            Dropout = 1,
            Head = (ClassificationHead)9,
            Threads = 0,
            Optimizer = (BaseOptimizer)9,
            Schedule = (RateSchedule)9,
            WarmupFraction = 1,
            WeightDecay = 2,
            MaxGradientNorm = float.PositiveInfinity,
            ClassWeighting = (ClassWeighting)9,
            DecisionThreshold = (DecisionThreshold)9,
            OnCancellation = (CancellationResult)9,
            Epochs = 0,
            BatchSize = 0,
            ValidationFraction = 1,
            ValidationsPerEpoch = 0,
            EarlyStopping = new EarlyStopping { Patience = 0, Metric = (ValidationMetric)9 },
            Checkpoints = new TrainingCheckpoints("") { EverySteps = 0 },
            TimeProvider = null!,
        };

        ArgumentException exception = Assert.ThrowsExactly<ArgumentException>(() => new LoraSentencePairTrainer(new MLContext(), options));

        string[] faults =
        [
            "LabelColumnName must name a column, but is empty.",
            "FirstSentenceColumnName must name a column, but is empty.",
            "SecondSentenceColumnName must name a column, but is empty.",
            "GroupColumnName must name a column or be null, but is empty.",
            "Encoder must be set, but is null.",
            "MaxTokens must be at least 8, but is 7.",
            "Targets must be a combination of LoraTargets, but is 64.",
            "AdaptedLayers must be at least 1, or null for all layers, but is 0. LoraTargets.None adapts none.",
            "FrozenLayersMegabytes must be from 0 to 1048576, or null for a quarter of what the process may use, but is -1.",
            "Rank must be from 1 to 1024, but is 0.",
            "Alpha must be above 0 and at most 65536, but is NaN.",
            "Dropout must be from 0 to 0.9, but is 1.",
            "Head must be one of PretrainedPooler, TrainedPooler, Dense, but is 9.",
            "Threads must be from 1 to 1024, or null for one each processor, but is 0.",
            "Optimizer must be one of AdamW, Adam, GradientDescent, but is 9.",
            "Schedule must be one of Linear, Cosine, Constant, but is 9.",
            "WarmupFraction must be from 0 to 0.5, but is 1.",
            "WeightDecay must be from 0 to 1, but is 2.",
            "MaxGradientNorm must be above 0 and finite, or null for no clipping, but is Infinity.",
            "ClassWeighting must be one of None, Balanced, but is 9.",
            "DecisionThreshold must be one of Zero, MaximizeAccuracy, MaximizeF1, MaximizeMatthewsCorrelation, but is 9.",
            "OnCancellation must be one of Throw, KeepBest, but is 9.",
            "Epochs must be from 1 to 1000, but is 0.",
            "BatchSize must be from 1 to 65536, but is 0.",
            "ValidationFraction must be from 0 to 0.5, but is 1.",
            "ValidationsPerEpoch must be from 1 to 100, but is 0.",
            "EarlyStopping.Patience must be from 1 to 1000, but is 0.",
            "EarlyStopping.Metric must be one of LogLoss, Accuracy, F1, MatthewsCorrelation, but is 9.",
            "Checkpoints.Directory must name a folder, but is empty.",
            "Checkpoints.EverySteps must be at least 1, but is 0.",
            "Checkpoints need Seed to be set: without it each training draws its own, and none could go on from another's checkpoint.",
            "TimeProvider must be set, but is null.",
        ];
        Assert.AreEqual(
            $"LoraSentencePairOptions has {faults.Length} faults:{Line}{string.Join(Line, faults)} (Parameter 'options')",
            exception.Message);
    }

    [TestMethod]
    public void Constructor_PlainGradientsWithoutARule_AsksForOne() => AssertRefused(
        "Optimizer is GradientDescent, whose steps are as long as the gradients, so that there is no usual rate: set Rates.",
        new LoraSentencePairOptions { Optimizer = BaseOptimizer.GradientDescent });

    [TestMethod]
    public void Constructor_PlainGradientsFoundRatesAndDecay_AreRefusedTogether() => AssertRefused(
        "WeightDecay is 0.01, but must be 0 where Optimizer is GradientDescent and Rates adaptive: weights decay by the rate, which is as large there as gradients are small.",
        new LoraSentencePairOptions { Optimizer = BaseOptimizer.GradientDescent, Rates = AdapterRates.Adaptive() });

    [TestMethod]
    public void Constructor_PlainGradientsSearchedRatesAndDecay_AreRefusedTogether() => AssertRefused(
        "WeightDecay is 0.01, but must be 0 where Optimizer is GradientDescent and Rates searched for among adaptive ones: weights decay by the rate, which is as large there as gradients are small.",
        new LoraSentencePairOptions { Optimizer = BaseOptimizer.GradientDescent, Rates = AdapterRates.Fitted(RateSearchBudget.InSteps(60)) });

    [TestMethod]
    public void Constructor_LayersForNoUpdates_SaysThatTheyDoNotGoTogether()
    {
        var options = new LoraSentencePairOptions { Targets = LoraTargets.None, AdaptedLayers = 2 };

        ArgumentException exception = Assert.ThrowsExactly<ArgumentException>(() => new LoraSentencePairTrainer(new MLContext(), options));

        StringAssert.Contains(exception.Message, "AdaptedLayers must be null where Targets is None, for no layer gains updates then, but is 2.");
    }

    [TestMethod]
    public void Constructor_RuleThatContradictsItself_ReportsAllTogether()
    {
        var options = new LoraSentencePairOptions { Rates = new FaultyRates() };

        ArgumentException exception = Assert.ThrowsExactly<ArgumentException>(() => new LoraSentencePairTrainer(new MLContext(), options));

        StringAssert.Contains(exception.Message, string.Join(Line,
            "Rates.RateOfHead must be at least 0 and finite, but is NaN.",
            "Rates.StateLength must be from 0 to 65536, but is -1.",
            "Rates preconditions, so Statistics must be at least Factors, but is None."));
    }

    [TestMethod]
    [DataRow(null, "Rates.Description must say which rule it is, but is null.")]
    [DataRow("", "Rates.Description must say which rule it is, but is empty.")]
    [DataRow("half", "Rates.Description must be text that can be saved, but has half of a surrogate pair.")]
    public void Constructor_RuleThatBreaksLater_IsRefusedAtOnce(string? description, string problem)
    {
        var options = new LoraSentencePairOptions { Rates = new BreakingRates(description == "half" ? "half \uD83D" : description) };

        ArgumentException exception = Assert.ThrowsExactly<ArgumentException>(() => new LoraSentencePairTrainer(new MLContext(), options));

        StringAssert.Contains(exception.Message, string.Join(Line,
            problem,
            "Rates.StateLength must be from 0 to 65536, but is 2147483647.",
            "Rates.Statistics must be one of None, Factors, Directions, but is 99."));
    }

    [TestMethod]
    public void Constructor_GroupColumnWithoutASplit_SaysSo()
    {
        var options = new LoraSentencePairOptions { GroupColumnName = "Customer" };

        ArgumentException exception = Assert.ThrowsExactly<ArgumentException>(() => new LoraSentencePairTrainer(new MLContext(), options));

        Assert.AreEqual(
            "LoraSentencePairOptions: GroupColumnName is 'Customer', but without ValidationFraction, or Rates that are Fitted, there is no split to keep groups together in. (Parameter 'options')",
            exception.Message);
    }

    [TestMethod]
    public void Constructor_LimitsOfEachRange_AreLegal()
    {
        _ = new LoraSentencePairTrainer(new MLContext(), new LoraSentencePairOptions
        {
            MaxTokens = 8,
            Rank = 1024,
            Alpha = 65536,
            Dropout = 0.9f,
            Targets = LoraTargets.None,
            Threads = 1024,
            WarmupFraction = 0.5f,
            WeightDecay = 1,
            Epochs = 1000,
            BatchSize = 65536,
            ValidationFraction = 0.5f,
            ValidationsPerEpoch = 100,
            EarlyStopping = new EarlyStopping { Patience = 1000 },
            Checkpoints = new TrainingCheckpoints("folder") { EverySteps = 1 },
            Seed = 0,
        });
    }

    [TestMethod]
    [DataRow(0f, 1f, "rateOfA")]
    [DataRow(float.NaN, 1f, "rateOfA")]
    [DataRow(1.1f, 1f, "rateOfA")]
    [DataRow(0.5f, 4f, "ratio")]
    [DataRow(0.5f, -1f, "ratio")]
    public void AdapterRates_OutOfRange_Throws(float rateOfA, float ratio, string parameter)
    {
        ArgumentOutOfRangeException exception = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => AdapterRates.Ratio(rateOfA, ratio));

        Assert.AreEqual(parameter, exception.ParamName);
        StringAssert.StartsWith(exception.Message, "A learning rate must be above 0 and at most 1.", StringComparison.Ordinal);
    }

    [TestMethod]
    public void AdapterRates_RatioTooHigh_TellsTheProductFromWhatWasGiven()
    {
        ArgumentOutOfRangeException exception = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => AdapterRates.Ratio(0.125f, 16));

        StringAssert.StartsWith(
            exception.Message, "A learning rate must be above 0 and at most 1. That of B and the head, rateOfA · ratio, is 2. (Parameter 'ratio')", StringComparison.Ordinal);
        Assert.AreEqual(16f, exception.ActualValue);
    }

    [TestMethod]
    public void AdapterRates_Ratio_MovesBAndHead()
    {
        AdapterRateRule rates = AdapterRates.Ratio(0.125f, 4);

        Assert.AreEqual("Ratio(0.125, 4)", rates.ToString());
        Assert.AreEqual(new AdapterFactorRates(0.125, 0.5), rates.Decide(default, []));
        Assert.AreEqual(0.5, rates.RateOfHead);
        Assert.AreEqual(AdapterRates.Equal(0.25f).Description, AdapterRates.Ratio(0.25f, 1).Description);
    }

    [TestMethod]
    public void FromDirectory_NoSuchFolder_Throws()
    {
        string folder = Path.Combine(Path.GetTempPath(), "loraml-tests-no-such-folder");

        DirectoryNotFoundException exception = Assert.ThrowsExactly<DirectoryNotFoundException>(() => PretrainedEncoder.FromDirectory(folder));

        Assert.AreEqual($"The encoder folder '{folder}' does not exist.", exception.Message);
    }

    [TestMethod]
    public void FromDirectory_NameOrNone_GivesTheId()
    {
        using var encoder = new TinyEncoder();

        Assert.AreEqual(Path.GetFileName(encoder.Folder), PretrainedEncoder.FromDirectory(encoder.Folder + Path.DirectorySeparatorChar).Id);
        Assert.AreEqual("mine", PretrainedEncoder.FromDirectory(encoder.Folder, "mine").ToString());
        Assert.AreEqual("loraml-mini-uncased", PretrainedEncoder.Mini.Id);
    }

    private static void AssertRefused(string problem, LoraSentencePairOptions options)
    {
        ArgumentException exception = Assert.ThrowsExactly<ArgumentException>(() => new LoraSentencePairTrainer(new MLContext(), options));

        Assert.AreEqual($"LoraSentencePairOptions: {problem} (Parameter 'options')", exception.Message);
    }

    private sealed class BreakingRates(string? description) : AdapterRateRule
    {
        public override string Description => description!;

        public override double RateOfHead => 1;

        public override int StateLength => int.MaxValue;

        public override AdapterStatistics Statistics => (AdapterStatistics)99;

        public override AdapterFactorRates Decide(in AdapterStep update, Span<float> state) => default;
    }

    private sealed class FaultyRates : AdapterRateRule
    {
        public override string Description => nameof(FaultyRates);

        public override double RateOfHead => double.NaN;

        public override int StateLength => -1;

        public override bool Preconditions => true;

        public override AdapterFactorRates Decide(in AdapterStep update, Span<float> state) => default;
    }
}
