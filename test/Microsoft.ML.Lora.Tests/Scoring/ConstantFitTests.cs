using Microsoft.ML.Lora.Primitives;
using Microsoft.ML.Lora.Scoring;

namespace Microsoft.ML.Lora.Tests.Scoring;

/// <summary>Pairs are made up whose labels are drawn by known constants; fitting has to find these again.</summary>
[TestClass]
public sealed class ConstantFitTests
{
    private const int Many = 20_000;

    // Four times the standard error that 20,000 pairs leave a constant of this size.
    private const double Found = 0.12;

    private const double Centre = 0.2;

    [TestMethod]
    public void Temperature_KnownScale_IsFound()
    {
        Sample sample = Draw(Known with { Form = MatchingForm.Temperature, BracketWeight = 0, LocationWeight = 0, Bias = 0 }, Many);

        MatchingConstants fitted = ConstantFit.Temperature(sample.Logits, sample.Labels)!;

        Assert.AreEqual(Known.Scale, fitted.Scale, Found);
        Assert.AreEqual(Many, fitted.FittedPairs);
        Assert.AreEqual(MatchingForm.Temperature, fitted.Form);
        Assert.AreEqual(0, fitted.BracketWeight);
        Assert.AreEqual(0, fitted.LocationWeight);
    }

    [TestMethod]
    public void DensityAware_KnownConstants_AreFound()
    {
        Sample sample = Draw(Known, Many);

        MatchingConstants fitted = Fit(sample);

        Assert.AreEqual(Known.Scale, fitted.Scale, Found);
        Assert.AreEqual(Known.BracketWeight, fitted.BracketWeight, Found);
        Assert.AreEqual(Known.AreaMix, fitted.AreaMix, 0.25);
        Assert.AreEqual(Known.LocationWeight, fitted.LocationWeight, 2 * Found);
        Assert.AreEqual(Known.Bias, fitted.Bias, Found);
        Assert.AreEqual(Centre, fitted.LocationCentre);
    }

    [TestMethod]
    [DataRow(200, 0)]
    [DataRow(200, 1)]
    [DataRow(2000, 1)]
    [DataRow(Many, 1)]
    public void DensityAware_LabelsThatKnowOfTheLogitAlone_IsTemperatureScaling(int count, double caution)
    {
        Sample sample = Draw(new MatchingConstants { Form = MatchingForm.DensityAware, Scale = 0.5 }, count);

        MatchingConstants fitted = Fit(sample, caution);

        Assert.AreEqual(ConstantFit.Temperature(sample.Logits, sample.Labels), fitted);
    }

    [TestMethod]
    public void DensityAware_Caution_BuysALargerBracketForNoMoreThanTheGain()
    {
        Sample sample = Draw(Known with { BracketWeight = 0.2, AreaMix = 0 }, 2000);

        // Four constants more gain 4 / 2000 on the pairs they are fitted on, whatever these are.
        double rival = LossOf(sample, ConstantFit.Temperature(sample.Logits, sample.Labels)!) - 0.002;

        MatchingConstants[] fitted = [.. new[] { 0, 0.5, 1 }.Select(caution => Fit(sample, caution))];

        double best = LossOf(sample, fitted[0]);
        Assert.IsGreaterThan(fitted[0].BracketWeight, fitted[1].BracketWeight);
        Assert.IsGreaterThanOrEqualTo(fitted[1].BracketWeight, fitted[2].BracketWeight);
        Assert.IsLessThanOrEqualTo(best + (0.5 * (rival - best)) + 1e-6, LossOf(sample, fitted[1]));
        Assert.IsLessThanOrEqualTo(rival + 1e-6, LossOf(sample, fitted[2]));
    }

    [TestMethod]
    public void Fit_SeparablePairs_StaysFinite()
    {
        float[] logits = [.. Enumerable.Range(0, 200).Select(i => i % 2 == 0 ? 1f : -1f)];
        int[] labels = [.. Enumerable.Range(0, 200).Select(i => i % 2 == 0 ? 1 : 0)];
        PairTraits[] traits = [.. logits.Select(_ => new PairTraits(1, 0.5f, 0.3f))];

        MatchingConstants fitted = ConstantFit.DensityAware(logits, traits, labels, Centre, caution: 0)!;

        Assert.IsTrue(double.IsFinite(fitted.Scale) && fitted.Scale is > 1 and < 20, $"{fitted}");
    }

    [TestMethod]
    public void Fit_LabelsAgainstTheClassifier_FindsNothing()
    {
        Sample sample = Draw(new MatchingConstants { Form = MatchingForm.DensityAware, Scale = 1 }, 500);
        int[] turned = [.. sample.Labels.Select(label => 1 - label)];

        Assert.IsNull(ConstantFit.Temperature(sample.Logits, turned));
        Assert.IsNull(ConstantFit.DensityAware(sample.Logits, sample.Traits, turned, Centre, caution: 0));
    }

    [TestMethod]
    public void Fit_NoPairHasTwoSentences_LeavesTheMatchOfPositionsOut()
    {
        Sample sample = Draw(new MatchingConstants { Form = MatchingForm.DensityAware, Scale = 1 }, 500);
        PairTraits[] traits = [.. sample.Traits.Select(trait => trait with { Location = null })];

        MatchingConstants fitted = ConstantFit.DensityAware(sample.Logits, traits, sample.Labels, Centre, caution: 0)!;

        Assert.AreEqual(0, fitted.LocationWeight);
    }

    [TestMethod]
    [DataRow(200, 20, true)]
    [DataRow(200, 180, true)]
    [DataRow(199, 50, false)]
    [DataRow(200, 19, false)]
    [DataRow(200, 181, false)]
    [DataRow(0, 0, false)]
    public void IsEnough_Labels_CountsPairsAndClasses(int pairs, int positives, bool expected) =>
        Assert.AreEqual(expected, ConstantFit.IsEnough([.. Enumerable.Range(0, pairs).Select(i => i < positives ? 1 : 0)]));

    private static MatchingConstants Known => new()
    {
        Form = MatchingForm.DensityAware,
        Scale = 0.6,
        BracketWeight = 0.7,
        AreaMix = 0.25,
        LocationWeight = 2,
        LocationCentre = Centre,
        Bias = -0.3,
    };

    private static MatchingConstants Fit(Sample sample, double caution = 0) =>
        ConstantFit.DensityAware(sample.Logits, sample.Traits, sample.Labels, Centre, caution)!;

    private static double LossOf(Sample sample, MatchingConstants constants) => sample.Logits
        .Select((logit, i) => MatchingFormula.Score(constants, logit, sample.Traits[i]) * (sample.Labels[i] == 1 ? 1 : -1))
        .Average(z => Math.Log(1 + Math.Exp(-z)));

    /// <summary>Logits and traits at random, and labels as often positive as the constants say.</summary>
    private static Sample Draw(MatchingConstants constants, int count)
    {
        var random = new SeededRandom(7);
        float[] logits = [.. Enumerable.Range(0, count).Select(_ => (6 * random.NextSingle()) - 3)];
        PairTraits[] traits = [.. logits.Select(_ => new PairTraits(random.NextSingle(), random.NextSingle(), random.NextSingle()))];
        int[] labels = [.. logits.Select((logit, i) =>
            random.NextDouble() < 1 / (1 + Math.Exp(-MatchingFormula.Score(constants, logit, traits[i]))) ? 1 : 0)];
        return new Sample(logits, traits, labels);
    }

    private sealed record Sample(float[] Logits, PairTraits[] Traits, int[] Labels);
}
