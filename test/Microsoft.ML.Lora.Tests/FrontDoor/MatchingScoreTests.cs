using System.Globalization;
using Microsoft.ML.Lora.Engines.Managed.Kernels;
using Microsoft.ML.Lora.Tests.Storage;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Lora.Tests.FrontDoor;

/// <summary>Matching scores through an ML.NET pipeline.</summary>
[TestClass]
public sealed class MatchingScoreTests : IDisposable
{
    private static readonly MatchingScore Paper = MatchingScore.Paper(0.25f, 0.5f) with { BankSize = 32, Neighbours = 3 };
    private static readonly MatchingScore Fitted = MatchingScore.DensityAware with { BankSize = 32, Neighbours = 3 };

    // Enough that constants beyond the scale earn their place.
    private const int Held = 2000;

    // Scores of about 1 are differences and products of numbers of single precision.
    private const double LogitRounding = 1e-5;

    private readonly MLContext _ml = new(seed: 1);
    private readonly TinyEncoder _encoder = new();

    public void Dispose() => _encoder.Dispose();

    [TestMethod]
    public void Fit_Classifier_LeavesNothingInTheSummary() => Assert.IsNull(_encoder.Train(_ml).Summary.Matching);

    [TestMethod]
    public void Fit_NotSaid_RegardsDensityWhereThereAreEnoughValidationPairs()
    {
        List<string> warnings = Messages(ChannelMessageKind.Warning);

        List<string> told = Messages(ChannelMessageKind.Info);

        Assert.AreEqual(MatchingForm.DensityAware, Train(null).Summary.Matching?.Form);
        Assert.IsNull(Train(null, validation: 199).Summary.Matching);
        Assert.IsNull(Train(null, train: 99).Summary.Matching);
        Assert.HasCount(0, warnings);
        CollectionAssert.IsSubsetOf(new[] { Missing(128, 199), Missing(99, Held) }, told);

        static string Missing(int train, int validation) =>
            "Scores are the classifier's: to regard density, as they do unless MatchingScore says otherwise, takes 100 training pairs and 200 validation pairs, 20 of them of each class, "
            + $"and there are {train} and {validation}.";
    }

    [TestMethod]
    public void Fit_Temperature_ScalesTheClassifiersScores()
    {
        float[] plain = Scored.Probe(_ml, Train(MatchingScore.Classifier));

        LoraSentencePairTransformer model = Train(MatchingScore.Temperature);

        MatchingConstants constants = model.Summary.Matching!;
        Assert.AreEqual(Held, constants.FittedPairs);
        Assert.AreNotEqual(1, constants.Scale);
        CollectionAssert.AreEqual(plain.Select(score => (float)(constants.Scale * score)).ToArray(), Scored.Probe(_ml, model));
    }

    [TestMethod]
    public void Fit_DensityAware_FitsOnTheValidationPairsAlone()
    {
        LoraSentencePairTransformer model = Train(Fitted);

        MatchingConstants constants = model.Summary.Matching!;
        Assert.AreEqual(MatchingForm.DensityAware, constants.Form);
        Assert.AreEqual(Held, constants.FittedPairs);
        Assert.AreNotEqual(0, constants.LocationWeight);
        CollectionAssert.AreNotEqual(Scored.Probe(_ml, Train(MatchingScore.Classifier)), Scored.Probe(_ml, model));
    }

    [TestMethod]
    public void Fit_Settings_AreAmongTheConstants()
    {
        MatchingConstants usual = Train(Fitted).Summary.Matching!;
        MatchingConstants other = Train(Fitted with { BracketWeight = 0.5f, AreaMix = 0.25f }).Summary.Matching!;

        Assert.AreEqual((1.0, 0.0), (usual.BracketWeight, usual.AreaMix));
        Assert.AreEqual((0.5, 0.25), (other.BracketWeight, other.AreaMix));
        Assert.AreNotEqual(usual.Scale, other.Scale);
    }

    [TestMethod]
    public void Score_Paper_RanksDensityAmongTheValidationPairsIfThereAreAny()
    {
        MatchingScore densityAlone = MatchingScore.Paper(0, 0) with { BankSize = 32 };
        float[] plain = Scored.Probe(_ml, Train(MatchingScore.Classifier));
        var without = new LoraSentencePairTrainer(_ml, _encoder.Options with { MatchingScore = densityAlone });

        float[] scores = Scored.Probe(_ml, Train(densityAlone));
        float[] ofTheBank = Scored.Probe(_ml, without.Fit(TinyPairs.Data(_ml, 128)));

        // Distances of 32 pairs are ranks of 33; those of 2,000 are ranks of the 1,025 that their quantiles leave.
        AssertRanks(1025, scores, plain);
        AssertRanks(33, ofTheBank, plain);

        static void AssertRanks(int of, float[] scores, float[] plain)
        {
            for (int i = 0; i < scores.Length; i++)
            {
                double rank = of * (double)scores[i] / plain[i];
                Assert.AreEqual(Math.Round(rank), rank, LogitRounding * of);
                Assert.IsTrue(rank is > 0.5 && rank < of + 0.5);
            }
        }
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Score_AnyWay_IsTheSame(bool symmetric)
    {
        LoraSentencePairTransformer model = Train(Fitted, _encoder.Options with { Symmetric = symmetric });
        TinyPair[] pairs = TinyPairs.Create(70, seed: 4);
        IDataView data = _ml.Data.LoadFromEnumerable(pairs);
        Scored[] batched = Scored.Of(_ml, model, data);
        using PredictionEngine<TinyPair, Scored> engine = _ml.Model.CreatePredictionEngine<TinyPair, Scored>(model);

        for (int i = 0; i < pairs.Length; i++)
        {
            TinyPair pair = pairs[i];
            Assert.AreEqual(batched[i].Score, model.Score(pair.Sentence1!, pair.Sentence2!));
            Assert.AreEqual(batched[i].Score, engine.Predict(pair).Score);
            Assert.AreEqual((float)(1 / (1 + Math.Exp(-(double)batched[i].Score))), batched[i].Probability);
            Assert.AreEqual(batched[i].Score > model.Threshold, batched[i].PredictedLabel);
            if (symmetric)
            {
                Assert.AreEqual(batched[i].Score, model.Score(pair.Sentence2!, pair.Sentence1!));
            }
        }
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("change my password")]
    public void Score_EmptySentence_IsFinite(string other)
    {
        LoraSentencePairTransformer model = Train(Paper);

        Assert.IsTrue(float.IsFinite(model.Score("", other)));
        Assert.IsTrue(float.IsFinite(model.Score(other, "")));
    }

    [TestMethod]
    public void Fit_OtherThreads_GivesTheSameModel()
    {
        LoraSentencePairTransformer one = Train(Fitted);
        LoraSentencePairTransformer three = Train(Fitted, _encoder.Options with { Threads = 3 });

        Assert.AreEqual(one.Summary.Matching, three.Summary.Matching);
        CollectionAssert.AreEqual(Scored.Probe(_ml, one), Scored.Probe(_ml, three));
    }

    [TestMethod]
    [DataRow("fitted", false)]
    [DataRow("fitted", true)]
    [DataRow("paper", false)]
    [DataRow("temperature", false)]
    public void SaveAndLoad_MatchingScore_ScoresTheSameBits(string kind, bool symmetric)
    {
        MatchingScore score = kind switch { "fitted" => Fitted, "paper" => Paper, _ => MatchingScore.Temperature };
        LoraSentencePairTransformer model = Train(score, _encoder.Options with { Symmetric = symmetric });
        using var folder = new TemporaryFolder();
        string file = folder.File("model.zip");

        _ml.Model.Save(model, TinyPairs.Data(_ml, 1).Schema, file);
        var fresh = new MLContext();
        ITransformer rowByRow = fresh.Model.Load(file, out _);
        LoraSentencePairTransformer batching = LoraSentencePairTransformer.FromLoaded(fresh, rowByRow);

        Assert.AreEqual(model.Summary.Matching, batching.Summary.Matching);
        CollectionAssert.AreEqual(Scored.Probe(_ml, model), Scored.Probe(fresh, rowByRow));
        CollectionAssert.AreEqual(Scored.Probe(_ml, model), Scored.Probe(fresh, batching));
    }

    [TestMethod]
    public void WithScoringPrecision_Int8_KeepsTheMatchingScore()
    {
        LoraSentencePairTransformer single = Train(Fitted);

        LoraSentencePairTransformer rounded = single.WithScoringPrecision(ScoringPrecision.Int8);

        // Rounding to bytes moves this model's logits, of about 1, by some hundredths; where it is not accelerated, nothing moves.
        float[] expected = Scored.Probe(_ml, single);
        float[] actual = Scored.Probe(_ml, rounded);
        Assert.AreEqual(ByteProduct.IsAccelerated, !expected.SequenceEqual(actual));
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.AreEqual(expected[i], actual[i], 0.5f);
        }
    }

    [TestMethod]
    [DataRow(MatchingForm.Paper)]
    [DataRow(MatchingForm.DensityAware)]
    [DataRow(MatchingForm.Temperature)]
    public void Fit_ThresholdToo_IsChosenAmongTheNewScores(MatchingForm form)
    {
        LoraSentencePairOptions options = _encoder.Options with { DecisionThreshold = DecisionThreshold.MaximizeF1 };
        MatchingScore score = form switch { MatchingForm.Paper => Paper, MatchingForm.DensityAware => Fitted, _ => MatchingScore.Temperature };

        LoraSentencePairTransformer model = Train(score, options);

        Scored[] held = Scored.Of(_ml, model, TinyPairs.Data(_ml, Held, seed: 9));
        bool[] labels = [.. TinyPairs.Create(Held, seed: 9).Select(pair => pair.Label)];
        double chosen = F1(held, labels, model.Threshold);
        Assert.IsTrue(held.All(row => row.PredictedLabel == row.Score > model.Threshold));
        foreach (Scored row in held)
        {
            Assert.IsLessThanOrEqualTo(chosen, F1(held, labels, row.Score));
        }
    }

    [TestMethod]
    [DataRow(MatchingForm.Temperature)]
    [DataRow(MatchingForm.DensityAware)]
    public void Fit_TooFewValidationPairs_WarnsAndKeepsTheClassifiersScores(MatchingForm form)
    {
        List<string> warnings = Messages(ChannelMessageKind.Warning);
        MatchingScore score = form == MatchingForm.Temperature ? MatchingScore.Temperature : Fitted;

        LoraSentencePairTransformer model = Train(score, validation: 199);

        Assert.AreEqual(0, model.Summary.Matching!.FittedPairs);
        CollectionAssert.AreEqual(Scored.Probe(_ml, Train(MatchingScore.Classifier, validation: 199)), Scored.Probe(_ml, model));
        CollectionAssert.AreEqual(
            new[]
            {
                $"MatchingScore.{form} needs at least 200 validation pairs to be fitted on, 20 of them of each class, but there are 199, 100 positive: scores stay the classifier's. "
                    + "Raise ValidationFraction, or give Fit a larger validation set.",
            },
            warnings);
    }

    [TestMethod]
    public void Fit_NoValidationPairs_WarnsToo()
    {
        List<string> warnings = Messages(ChannelMessageKind.Warning);

        LoraSentencePairTransformer model = _encoder.Train(_ml, _encoder.Options with { MatchingScore = Fitted });

        Assert.AreEqual(0, model.Summary.Matching!.FittedPairs);
        Assert.HasCount(1, warnings);
        StringAssert.Contains(warnings[0], "but there are 0, 0 positive", StringComparison.Ordinal);
    }

    [TestMethod]
    public void Fit_BankLargerThanTheData_TakesAllAndSaysSo()
    {
        List<string> messages = Messages(ChannelMessageKind.Info);

        Train(MatchingScore.Paper(0.5f, 1), train: 64);

        CollectionAssert.Contains(messages, "The bank of MatchingScore has room for 1024 pairs, but there are 64 training pairs: all of them are in it.");
    }

    [TestMethod]
    public void Fit_MoreNeighboursThanPairs_IsRefusedBeforeTraining()
    {
        ArgumentException exception = Assert.ThrowsExactly<ArgumentException>(() => Train(MatchingScore.DensityAware with { Neighbours = 64 }, train: 64));

        Assert.AreEqual(
            "MatchingScore.Neighbours is 64, but the bank has the 64 training pairs alone, and a pair is no neighbour of its own. Set it to 63 or less, or train on more pairs.",
            exception.Message);
    }

    [TestMethod]
    public void Options_OutOfRange_AreNamed()
    {
        AssertRefused("MatchingScore: BankSize must be from 2 to 1024, but is 1025.", MatchingScore.DensityAware with { BankSize = 1025 });
        AssertRefused("MatchingScore: Neighbours must be at least 1, but is 0.", MatchingScore.DensityAware with { Neighbours = 0 });
        AssertRefused(
            "MatchingScore: Neighbours must be below BankSize, 10, since a pair of the bank is no neighbour of its own, but is 10.",
            MatchingScore.DensityAware with { BankSize = 10, Neighbours = 10 });
        AssertRefused("MatchingScore: BracketWeight must be from 0 to 1, but is NaN.", MatchingScore.DensityAware with { BracketWeight = float.NaN });
        AssertRefused("MatchingScore: AreaMix must be from 0 to 1, but is 1.5.", MatchingScore.DensityAware with { AreaMix = 1.5f });
    }

    [TestMethod]
    public void Options_ThatAFormMakesNoUseOf_AreRefused()
    {
        const string Idle = "MatchingScore: BankSize, Neighbours, AreaMix and BracketWeight count for nothing in {0}: leave them at their defaults, or start from DensityAware.";
        AssertRefused(string.Format(CultureInfo.InvariantCulture, Idle, "Temperature"), MatchingScore.Temperature with { BracketWeight = 0.5f });
        AssertRefused(string.Format(CultureInfo.InvariantCulture, Idle, "Classifier"), MatchingScore.Classifier with { Neighbours = 3 });
    }

    [TestMethod]
    public void Paper_ConstantsOutOfRange_AreNamed()
    {
        StringAssert.StartsWith(
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => MatchingScore.Paper(1.5f, 0)).Message,
            "The area weight's share must be from 0 to 1.", StringComparison.Ordinal);
        StringAssert.StartsWith(
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => MatchingScore.Paper(0, float.NaN)).Message,
            "The weight of the match of positions must be from -100 to 100.", StringComparison.Ordinal);
    }

    private LoraSentencePairTransformer Train(MatchingScore? score, LoraSentencePairOptions? options = null, int validation = Held, int train = 128)
    {
        LoraSentencePairTransformer model = new LoraSentencePairTrainer(_ml, (options ?? _encoder.Options) with { MatchingScore = score })
            .Fit(TinyPairs.Data(_ml, train), TinyPairs.Data(_ml, validation, seed: 9));
        if (score == Fitted && validation == Held)
        {
            // Else the tests would be of something simpler.
            Assert.AreEqual(MatchingForm.DensityAware, model.Summary.Matching?.Form);
        }

        return model;
    }

    private void AssertRefused(string problem, MatchingScore score)
    {
        ArgumentException exception = Assert.ThrowsExactly<ArgumentException>(
            () => new LoraSentencePairTrainer(_ml, new LoraSentencePairOptions { MatchingScore = score }));

        Assert.AreEqual($"LoraSentencePairOptions: {problem} (Parameter 'options')", exception.Message);
    }

    private List<string> Messages(ChannelMessageKind kind)
    {
        var messages = new List<string>();
        _ml.Log += (_, message) =>
        {
            if (message.Kind == kind)
            {
                messages.Add(message.RawMessage);
            }
        };
        return messages;
    }

    private static double F1(Scored[] rows, bool[] labels, float threshold)
    {
        double right = rows.Where((row, i) => row.Score > threshold && labels[i]).Count();
        return 2 * right / (rows.Count(row => row.Score > threshold) + labels.Count(label => label));
    }
}
