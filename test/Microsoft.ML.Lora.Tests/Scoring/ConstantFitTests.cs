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

    // Scores are rounded to single precision, of which a mean loss keeps less.
    private const double SingleRounding = 1e-6;

    private const double Centre = 0.2;

    [TestMethod]
    public void Temperature_KnownScale_IsFound()
    {
        Sample sample = Draw(Known with { Form = MatchingForm.Temperature, BracketWeight = 0, LocationWeight = 0, AreaWeight = 0, PositiveSlope = 0, Bias = 0 }, Many);

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

        MatchingConstants fitted = Fit(sample, Given(Known))!;

        Assert.AreEqual(Known.Scale, fitted.Scale, 2 * Found);
        Assert.AreEqual(Known.LocationWeight, fitted.LocationWeight, 2 * Found);
        Assert.AreEqual(Known.AreaWeight, fitted.AreaWeight, 2 * Found);
        Assert.AreEqual(Known.PositiveSlope, fitted.PositiveSlope, 3 * Found);
        Assert.AreEqual(Known.Bias, fitted.Bias, 3 * Found);
        MatchingConstants found = Given(Known) with
        {
            FittedPairs = Many,
            Scale = fitted.Scale,
            LocationWeight = fitted.LocationWeight,
            AreaWeight = fitted.AreaWeight,
            PositiveSlope = fitted.PositiveSlope,
            Bias = fitted.Bias,
        };
        Assert.AreEqual(found, fitted);
    }

    [TestMethod]
    public void DensityAware_OfTheWholeFormula_LosesNoMoreThanTheConstantsDrawnBy()
    {
        Sample sample = Draw(Known, 2000);

        Assert.IsLessThanOrEqualTo(LossOf(sample, Known), LossOf(sample, Fit(sample, Given(Known))!));
    }

    [TestMethod]
    [DataRow(200)]
    [DataRow(2000)]
    [DataRow(Many)]
    public void DensityAware_LabelsThatKnowOfTheLogitAlone_IsTemperatureScaling(int count)
    {
        Sample sample = Draw(new MatchingConstants { Form = MatchingForm.DensityAware, Scale = 0.5 }, count);

        MatchingConstants? fitted = Fit(sample, Given(Known with { BracketWeight = 0 }));

        Assert.AreEqual(ConstantFit.Temperature(sample.Logits, sample.Labels), fitted);
    }

    [TestMethod]
    public void DensityAware_SurerYesesThatAreRightLessOften_CountAsMuchAndNoLess()
    {
        MatchingConstants given = Given(Known) with { BracketWeight = 0 };
        Sample sample = Draw(given with { Scale = 0.8, PositiveSlope = -1.6 }, Many);

        MatchingConstants fitted = Fit(sample, given)!;

        Assert.AreEqual(-fitted.Scale, fitted.PositiveSlope);
        PairTraits near = sample.Traits[0];
        Assert.IsGreaterThanOrEqualTo(MatchingFormula.Score(fitted, 1, near), MatchingFormula.Score(fitted, 3, near));
        Assert.AreEqual(MatchingForm.DensityAware, fitted.Form);
    }

    [TestMethod]
    public void DensityAware_FurtherConstants_HaveToEarnFourNths()
    {
        const int count = 500;
        MatchingConstants given = Given(Known with { BracketWeight = 0 });
        for (double weight = 0; weight < 2; weight += 0.25)
        {
            Sample sample = Draw(given with { Scale = 0.6, LocationWeight = weight }, count);
            double rival = LossOf(sample, ConstantFit.Temperature(sample.Logits, sample.Labels)!);

            MatchingConstants fitted = Fit(sample, given)!;

            double gain = rival - LossOf(sample, fitted);
            Assert.IsTrue(fitted.Form == MatchingForm.Temperature ? gain == 0 : gain >= (4.0 / count) - SingleRounding, $"{weight}: {gain}");
        }
    }

    [TestMethod]
    public void Fit_SeparablePairs_StaysFinite()
    {
        float[] logits = [.. Enumerable.Range(0, 200).Select(i => i % 2 == 0 ? 1f : -1f)];
        int[] labels = [.. Enumerable.Range(0, 200).Select(i => i % 2 == 0 ? 1 : 0)];
        PairTraits[] traits = [.. logits.Select(_ => new PairTraits(1, 0.5f, 0.3f))];

        MatchingConstants fitted = ConstantFit.DensityAware(logits, traits, labels, Given(Known))!;

        Assert.IsTrue(double.IsFinite(fitted.Scale) && fitted.Scale is > 1 and < 20, $"{fitted}");
    }

    [TestMethod]
    public void Fit_LabelsAgainstTheClassifier_FindsNothing()
    {
        Sample sample = Draw(new MatchingConstants { Form = MatchingForm.DensityAware, Scale = 1 }, 500);
        int[] turned = [.. sample.Labels.Select(label => 1 - label)];

        Assert.IsNull(ConstantFit.Temperature(sample.Logits, turned));
        Assert.IsNull(ConstantFit.DensityAware(sample.Logits, sample.Traits, turned, Given(Known)));
    }

    [TestMethod]
    public void Fit_NoPairHasTwoSentences_LeavesTheMatchOfPositionsOut()
    {
        Sample sample = Draw(new MatchingConstants { Form = MatchingForm.DensityAware, Scale = 1 }, 500);
        PairTraits[] traits = [.. sample.Traits.Select(trait => trait with { Location = null })];

        MatchingConstants fitted = ConstantFit.DensityAware(sample.Logits, traits, sample.Labels, Given(Known))!;

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
        AreaWeight = 0.5,
        PositiveSlope = -0.2,
        Bias = -0.3,
    };

    /// <summary>What is not fitted of some constants.</summary>
    private static MatchingConstants Given(MatchingConstants constants) => new()
    {
        Form = MatchingForm.DensityAware,
        BracketWeight = constants.BracketWeight,
        AreaMix = constants.AreaMix,
        LocationCentre = constants.LocationCentre,
    };

    private static MatchingConstants? Fit(Sample sample, MatchingConstants given) =>
        ConstantFit.DensityAware(sample.Logits, sample.Traits, sample.Labels, given);

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
