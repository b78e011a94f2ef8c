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

    private const int Times = 10;

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
        Sample sample = Draw(Known, Many);

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
    public void DensityAware_SurerYesesThatAreRightLessOften_CountNoLessAtAnyDensity()
    {
        MatchingConstants given = Given(Known) with { BracketWeight = 1, AreaMix = 0 };
        Sample sample = Draw(given with { Scale = 0.8, PositiveSlope = -1.6 }, Many);

        MatchingConstants fitted = Fit(sample, given)!;

        Assert.AreEqual(MatchingForm.DensityAware, fitted.Form);
        Assert.IsLessThan(-0.98 * fitted.Scale, fitted.PositiveSlope);
        for (float density = 0.01f; density <= 1; density += 0.01f)
        {
            PairTraits traits = sample.Traits[0] with { Density = density };
            for (float logit = -5; logit < 50; logit++)
            {
                Assert.IsGreaterThanOrEqualTo(
                    MatchingFormula.Score(fitted, logit, traits), MatchingFormula.Score(fitted, logit + 1, traits), $"density {density}, logit {logit}");
            }
        }
    }

    [TestMethod]
    public void DensityAware_NoesThatSayNothing_FallsBackToTemperatureScaling()
    {
        MatchingConstants given = Given(Known) with { BracketWeight = 0 };
        Sample sample = Draw(given with { Scale = -0.3, PositiveSlope = 1.2 }, 2000);

        MatchingConstants? fitted = Fit(sample, given);

        Assert.IsNotNull(fitted);
        Assert.AreEqual(ConstantFit.Temperature(sample.Logits, sample.Labels), fitted);
    }

    [TestMethod]
    public void DensityAware_FurtherConstants_HaveToEarnOneNthEach()
    {
        const int count = 500;
        MatchingConstants given = Given(Known with { BracketWeight = 0 });
        (double mostRefused, double leastTaken) = (0, double.PositiveInfinity);
        for (ulong seed = 1; seed <= 60; seed++)
        {
            Sample sample = Draw(given with { Scale = 0.6, LocationWeight = 0.9 }, count, seed);
            double rival = LossOf(sample, ConstantFit.Temperature(sample.Logits, sample.Labels)!);
            double gain = (rival - LossOf(sample, Free(sample, given))) * count;
            bool isTaken = Fit(sample, given)!.Form == MatchingForm.DensityAware;
            (mostRefused, leastTaken) = (isTaken ? mostRefused : Math.Max(mostRefused, gain), isTaken ? Math.Min(leastTaken, gain) : leastTaken);
        }

        // Four constants, and samples on both sides near by, so that three or five would show.
        Assert.IsTrue(mostRefused is > 3 and <= 4 && leastTaken is >= 4 and < 5, $"{mostRefused}, {leastTaken}");
    }

    [TestMethod]
    public void DensityAware_AllSentencesOfOneLength_LeavesTheAreaWeightOut()
    {
        Sample drawn = Draw(Known with { AreaWeight = 0 }, 2000);
        Sample sample = drawn with { Traits = [.. drawn.Traits.Select(traits => traits with { Area = 1 })] };

        Assert.AreEqual(0, Fit(sample, Given(Known))!.AreaWeight);
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
        PositiveSlope = -0.45,
        Bias = 0.9,
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

    /// <summary>The fit that is judged, whether or not it is taken: by the same pairs ten times over, of which the criterion asks a tenth.</summary>
    private static MatchingConstants Free(Sample sample, MatchingConstants given) => Fit(
        new Sample(
            [.. Enumerable.Repeat(sample.Logits, Times).SelectMany(logits => logits)], [.. Enumerable.Repeat(sample.Traits, Times).SelectMany(traits => traits)],
            [.. Enumerable.Repeat(sample.Labels, Times).SelectMany(labels => labels)]),
        given)!;

    private static double LossOf(Sample sample, MatchingConstants constants) => sample.Logits
        .Select((logit, i) => MatchingFormula.Score(constants, logit, sample.Traits[i]) * (sample.Labels[i] == 1 ? 1 : -1))
        .Average(z => Math.Log(1 + Math.Exp(-z)));

    /// <summary>Logits and traits at random, and labels as often positive as the constants say.</summary>
    private static Sample Draw(MatchingConstants constants, int count, ulong seed = 7)
    {
        var random = new SeededRandom(seed);
        float[] logits = [.. Enumerable.Range(0, count).Select(_ => (6 * random.NextSingle()) - 3)];
        PairTraits[] traits = [.. logits.Select(_ => new PairTraits(random.NextSingle(), random.NextSingle(), random.NextSingle()))];
        int[] labels = [.. logits.Select((logit, i) =>
            random.NextDouble() < 1 / (1 + Math.Exp(-MatchingFormula.Score(constants, logit, traits[i]))) ? 1 : 0)];
        return new Sample(logits, traits, labels);
    }

    private sealed record Sample(float[] Logits, PairTraits[] Traits, int[] Labels);
}
