using Microsoft.ML.Data;

namespace Microsoft.ML.Lora.PublicApi.Tests;

/// <summary>A user's way through the library with nothing but what is public: the embedded encoder, an ML.NET pipeline, a model zip.</summary>
[TestClass]
public sealed class UsageTests
{
    // The zip holds 32-bit weights, and both contexts compute with the same kernels.
    private const float Rounding = 1e-6f;

    private static readonly MLContext Ml = new(seed: 1);
    private static readonly Lazy<ITransformer> Model = new(() => Pipeline().Fit(Data(Ml)));

    [TestMethod]
    public void Fit_DefaultsOnMini_TrainsWhatPeftTrains()
    {
        TrainingSummary summary = LoraSentencePairTransformer.FromLoaded(Ml, Model.Value).Summary;

        // Rank 8 on query and value of 4 layers of 256: 8 · 8 · (256 + 256), and a head of 2 · 256 + 2.
        Assert.AreEqual(33_282, summary.TrainedParameters);
        Assert.AreEqual(TrainingEnd.Completed, summary.End);
        Assert.AreEqual(UsagePair.All.Count, summary.TrainingPairs);
    }

    [TestMethod]
    [DataRow(AdaptationMethod.FullFineTuning, null, null, 5_389_058)]
    [DataRow(AdaptationMethod.LastLayers, 1, null, 789_760 + 65_792 + 514)]
    [DataRow(AdaptationMethod.AdapterH, null, 8, 8 * (2 * 256 * 8 + 8 + 256) + 8 * 2 * 256 + 514)]
    [DataRow(AdaptationMethod.AdapterL, null, 8, 4 * (2 * 256 * 8 + 8 + 256) + 4 * 2 * 256 + 514)]
    public void Fit_OtherMethodsOnMini_TrainAsManyNumbersAsPublished(AdaptationMethod method, int? layers, int? bottleneck, int expected)
    {
        var options = new LoraSentencePairOptions
        {
            FirstSentenceColumnName = "First",
            SecondSentenceColumnName = "Second",
            Adaptation = method,
            AdaptedLayers = layers,
            BottleneckSize = bottleneck,
            Rates = AdapterRates.Equal(3e-4f),
            Epochs = 1,
        };

        TrainingSummary summary = new LoraSentencePairTrainer(Ml, options).Fit(Data(Ml)).Summary;

        Assert.AreEqual(expected, summary.TrainedParameters);
    }

    [TestMethod]
    public void WithDevice_ProcessorByName_ScoresTheSame()
    {
        LoraSentencePairTransformer model = LoraSentencePairTransformer.FromLoaded(Ml, Model.Value);
        var options = new LoraSentencePairOptions { Device = ComputeDevice.Cpu, GpuPrecision = GpuPrecision.TensorFloat32 };

        Assert.AreEqual(model.Score("a cat", "a dog"), model.WithDevice(options.Device, GpuPrecision.Single).Score("a cat", "a dog"), Rounding);
        Assert.IsTrue(ComputeDevice.Auto.IsAutomatic);
        Assert.AreEqual(3, ComputeDevice.Cuda(3).Gpu);
    }

    [TestMethod]
    public void Dispose_ModelOfAnotherDevice_LeavesTheFirstAlone()
    {
        LoraSentencePairTransformer model = LoraSentencePairTransformer.FromLoaded(Ml, Model.Value);
        LoraSentencePairTransformer moved = model.WithDevice(ComputeDevice.Cpu);
        float score = moved.Score("a cat", "a dog");

        moved.Dispose();

        Assert.ThrowsExactly<ObjectDisposedException>(() => moved.Score("a cat", "a dog"));
        Assert.AreEqual(score, model.Score("a cat", "a dog"));
    }

    [TestMethod]
    public void WithDevice_GpuThatIsNotThere_SaysWhatIsMissing()
    {
        LoraSentencePairTransformer model = LoraSentencePairTransformer.FromLoaded(Ml, Model.Value);

        var error = Assert.ThrowsExactly<NotSupportedException>(() => model.WithDevice(ComputeDevice.Cuda(99)));

        StringAssert.StartsWith(error.Message, "Device is Cuda(99), but: ", StringComparison.Ordinal);
    }

    [TestMethod]
    public void Evaluate_TransformedData_HasOurFiguresToo()
    {
        CalibratedBinaryClassificationMetrics metrics = Ml.BinaryClassification.Evaluate(Model.Value.Transform(Data(Ml)));

        // Both classes occur equally often, so the weighted mean is the plain one.
        Assert.AreEqual(metrics.MacroF1Score(), metrics.WeightedF1Score(), Rounding);
        Assert.AreEqual(
            Math.Sign(metrics.ConfusionMatrix.Counts[0][0] * metrics.ConfusionMatrix.Counts[1][1] - metrics.ConfusionMatrix.Counts[0][1] * metrics.ConfusionMatrix.Counts[1][0]),
            Math.Sign(metrics.MatthewsCorrelation()));
    }

    [TestMethod]
    public void EvaluateCalibration_TransformedData_BinsEveryRow()
    {
        CalibrationMetrics metrics = Ml.BinaryClassification.EvaluateCalibration(Model.Value.Transform(Data(Ml)), bins: 3);

        Assert.AreEqual(UsagePair.All.Count, metrics.Bins.Sum(bin => bin.Count));
        double expected = metrics.Bins.Sum(bin => bin.Count * Math.Abs(bin.MeanProbability - bin.PositiveShare)) / UsagePair.All.Count;
        Assert.AreEqual(expected, metrics.ExpectedCalibrationError, Rounding);
        Assert.IsTrue(metrics.LogLoss > 0 && metrics.BrierScore is > 0 and < 1);
        Assert.IsTrue(metrics.Bins.All(bin => bin.LowestProbability <= bin.HighestProbability));
    }

    [TestMethod]
    public void MatchingScore_Paper_ShowsItsConstants()
    {
        var options = new LoraSentencePairOptions { Epochs = 1, MatchingScore = MatchingScore.Paper(areaMix: 0.25f, locationWeight: 2) with { Neighbours = 2 } };
        IDataView data = Ml.Transforms.CopyColumns("Sentence1", "First").Append(Ml.Transforms.CopyColumns("Sentence2", "Second")).Fit(Data(Ml)).Transform(Data(Ml));

        MatchingConstants constants = new LoraSentencePairTrainer(Ml, options).Fit(data).Summary.Matching!;

        Assert.AreEqual(MatchingForm.Paper, constants.Form);
        Assert.AreEqual(0, constants.FittedPairs);
        Assert.AreEqual(0.25, constants.AreaMix);
        Assert.AreEqual(2, constants.LocationWeight);
        Assert.AreEqual((1.0, 1.0), (constants.Scale, constants.BracketWeight));
        Assert.AreEqual((0.0, 0.0, 0.0, 0.0), (constants.LocationCentre, constants.AreaWeight, constants.PositiveSlope, constants.Bias));
    }

    [TestMethod]
    public void MatchingScore_DensityAware_TakesWhatIsNotFitted()
    {
        MatchingScore score = MatchingScore.DensityAware with { BankSize = 500, BracketWeight = 0.5f, AreaMix = 0.25f };

        Assert.AreEqual((MatchingForm.DensityAware, 0.5f, 0.25f), (score.Form, score.BracketWeight, score.AreaMix));
        Assert.AreEqual((1f, 0f), (MatchingScore.DensityAware.BracketWeight, MatchingScore.DensityAware.AreaMix));
    }

    [TestMethod]
    public void SaveAndLoad_FreshContext_PredictsTheSame()
    {
        string file = Path.Combine(Path.GetTempPath(), $"loraml-usage-{Guid.NewGuid()}.zip");
        try
        {
            Ml.Model.Save(Model.Value, Data(Ml).Schema, file);
            var fresh = new MLContext();

            ITransformer loaded = fresh.Model.Load(file, out _);
            LoraSentencePairTransformer batching = LoraSentencePairTransformer.FromLoaded(fresh, loaded);

            float[] expected = Scores(Model.Value.Transform(Data(Ml)));
            float[] rowByRow = Scores(loaded.Transform(Data(fresh)));
            IDataView renamed = fresh.Transforms.CopyColumns("Sentence1", "First").Append(fresh.Transforms.CopyColumns("Sentence2", "Second"))
                .Fit(Data(fresh)).Transform(Data(fresh));
            float[] batched = Scores(batching.Transform(renamed));
            for (int i = 0; i < expected.Length; i++)
            {
                Assert.AreEqual(expected[i], rowByRow[i], Rounding);
                Assert.AreEqual(expected[i], batched[i], Rounding);
            }

            Assert.AreEqual("loraml-mini-uncased", batching.EncoderId);
            Assert.AreEqual(0, batching.Threshold);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [TestMethod]
    public void Predict_OnePair_GivesDecisionScoreAndProbability()
    {
        using PredictionEngine<UsagePair, UsagePrediction> engine =
            Ml.Model.CreatePredictionEngine<UsagePair, UsagePrediction>(Model.Value, new PredictionEngineOptions { OwnsTransformer = false });

        UsagePrediction prediction = engine.Predict(UsagePair.All[0]);

        Assert.AreEqual(prediction.Score > 0, prediction.PredictedLabel);
        Assert.AreEqual(1 / (1 + Math.Exp(-prediction.Score)), prediction.Probability, Rounding);
    }

    [TestMethod]
    public void WithScoringPrecision_Int8_ScoresNearlyTheSameAndIsSaved()
    {
        // Rounding to eight bits moves a logit by some hundredths.
        const float moved = 0.3f;
        string file = Path.Combine(Path.GetTempPath(), $"loraml-usage-{Guid.NewGuid()}.zip");
        LoraSentencePairTransformer single = LoraSentencePairTransformer.FromLoaded(Ml, Model.Value);
        try
        {
            LoraSentencePairTransformer rounded = single.WithScoringPrecision(ScoringPrecision.Int8);
            Ml.Model.Save(rounded, Data(Ml).Schema, file);
            LoraSentencePairTransformer loaded = LoraSentencePairTransformer.FromLoaded(Ml, Ml.Model.Load(file, out _));

            Assert.AreEqual(ScoringPrecision.Single, single.ScoringPrecision);
            Assert.AreEqual(ScoringPrecision.Int8, loaded.ScoringPrecision);
            Assert.AreEqual(rounded.ScoringPrecisionInUse, loaded.ScoringPrecisionInUse);
            foreach (UsagePair pair in UsagePair.All)
            {
                float score = rounded.Score(pair.First, pair.Second);
                Assert.AreEqual(single.Score(pair.First, pair.Second), score, moved);
                Assert.AreEqual(score, loaded.Score(pair.First, pair.Second));
            }
        }
        finally
        {
            File.Delete(file);
        }
    }

    [TestMethod]
    public void Fit_RuleOfOnesOwn_DecidesTheRates()
    {
        var steps = new List<TrainingProgress>();
        var options = new LoraSentencePairOptions
        {
            FirstSentenceColumnName = "First",
            SecondSentenceColumnName = "Second",
            Epochs = 1,
            BatchSize = 4,
            Rates = new EvenMove(0.01),
            Optimizer = BaseOptimizer.Adam,
            Progress = new StepList(steps),
        };

        new LoraSentencePairTrainer(Ml, options).Fit(Data(Ml));

        // Query and value of four layers.
        Assert.HasCount(8, steps[0].Rates);
        Assert.AreEqual(2, steps[^1].Rates[0].Ratio, Rounding);
        Assert.AreEqual("encoder.layer.0.attention.self.query", steps[0].Rates[0].Matrix);
        Assert.IsTrue(steps.All(step => step.RateOfHead > 0));
    }

    [TestMethod]
    public void Fit_RatesSearchedFor_TellsItsTrials()
    {
        RateSearchBudget budget = RateSearchBudget.InSteps(60);
        var steps = new List<TrainingProgress>();
        var options = new LoraSentencePairOptions
        {
            FirstSentenceColumnName = "First",
            SecondSentenceColumnName = "Second",
            Epochs = 1,
            BatchSize = 4,
            Rates = AdapterRates.Fitted(budget),
            Seed = 1,
            Progress = new StepList(steps),
        };

        TrainingSummary summary = new LoraSentencePairTrainer(Ml, options).Fit(Data(Ml)).Summary;

        Assert.AreEqual(AdapterRates.Adaptive().Description, summary.RateTrials[0].Rates);
        Assert.AreEqual(0, summary.RateTrials[0].OverDefault);
        Assert.Contains(trial => trial.Rates == summary.Rates, summary.RateTrials);
        Assert.IsTrue(summary.RateTrials.All(trial => trial.OverDefaultError >= 0));
        Assert.AreEqual(budget.Steps, summary.RateTrials.Sum(trial => trial.Steps));
        Assert.IsTrue(summary.RateTrials.All(trial => trial.Round == 1));
        CollectionAssert.AreEqual(summary.RateTrials.ToArray(), steps.Select(step => step.Trial).Where(trial => trial is not null).ToArray());
        Assert.AreEqual("Fitted(60 steps)", options.Rates.Description);
        Assert.AreEqual(TimeSpan.FromSeconds(30), RateSearchBudget.InSeconds(30).Time);
    }

    [TestMethod]
    public void Rates_BuiltInRules_DescribeThemselves()
    {
        AdapterRateRule[] rules =
        [
            AdapterRates.Equal(2e-3f), AdapterRates.Ratio(1e-3f, 4), AdapterRates.Balanced(2e-3f), AdapterRates.Adaptive(), AdapterRates.Riemannian(2e-3f),
        ];

        CollectionAssert.AreEqual(
            new[] { "Equal(0.002)", "Ratio(0.001, 4)", "Balanced(0.002)", "Adaptive(0.008)", "Riemannian(0.002, 1E-06)" },
            rules.Select(rule => rule.ToString()[..(rule.ToString().IndexOf(')') + 1)]).ToArray());
    }

    private static EstimatorChain<LoraSentencePairTransformer> Pipeline() => Ml.Transforms.CopyColumns("Sentence1", "First")
        .Append(Ml.Transforms.CopyColumns("Sentence2", "Second"))
        .Append(Ml.BinaryClassification.Trainers.LoraSentencePair(Ml, new LoraSentencePairOptions { Encoder = PretrainedEncoder.Mini, Epochs = 1, BatchSize = 4 }));

    private static IDataView Data(MLContext ml) => ml.Data.LoadFromEnumerable(UsagePair.All);

    private static float[] Scores(IDataView scored) => [.. scored.GetColumn<float>("Score")];

    /// <summary>A user's own rule: each step moves each adapted weight by a share of itself that falls with what it moved by before.</summary>
    private sealed class EvenMove(double share) : AdapterRateRule
    {
        public override string Description => FormattableString.Invariant($"EvenMove({share})");

        public override double RateOfHead => 2e-3;

        public override AdapterStatistics Statistics => AdapterStatistics.Directions;

        public override int StateLength => 1;

        public override AdapterFactorRates Decide(in AdapterStep update, Span<float> state)
        {
            double move = update.Move(1, 2);
            double rate = move > 0 ? share * update.FrozenNorm / (move * (1 + state[0])) : 0;
            state[0] += (float)(rate * move / update.FrozenNorm);
            return new AdapterFactorRates(rate, 2 * rate);
        }
    }

    private sealed class StepList(List<TrainingProgress> steps) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => steps.Add(value);
    }
}
