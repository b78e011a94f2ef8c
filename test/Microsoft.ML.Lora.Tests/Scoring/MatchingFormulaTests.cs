using Microsoft.ML.Lora.Scoring;

namespace Microsoft.ML.Lora.Tests.Scoring;

[TestClass]
public sealed class MatchingFormulaTests
{
    // The formula is worked out in double precision and rounded once.
    private const double Rounding = 1e-6;

    private static readonly PairTraits Traits = new(Area: 0.4f, Density: 0.7f, Location: 0.3f);

    [TestMethod]
    [DataRow(MatchingForm.Classifier)]
    [DataRow(MatchingForm.Temperature)]
    [DataRow(MatchingForm.DensityAware)]
    public void Score_Unfitted_IsTheLogitBitForBit(MatchingForm form)
    {
        var constants = new MatchingConstants { Form = form };
        foreach (float logit in (float[])[1.2345678f, -3.3e-7f, 1e30f, float.Epsilon, 0])
        {
            Assert.AreEqual(logit, MatchingFormula.Score(constants, logit, Traits));
        }
    }

    [TestMethod]
    public void Score_Paper_IsThePapersFormula()
    {
        var constants = new MatchingConstants { Form = MatchingForm.Paper, BracketWeight = 1, AreaMix = 0.25, LocationWeight = 2 };

        float score = MatchingFormula.Score(constants, -1.5f, Traits);

        Assert.AreEqual(((0.25 * 0.4) + (0.75 * 0.7)) * -1.5 + 2 * 0.3, score, Rounding);
    }

    [TestMethod]
    public void Score_AllConstants_IsTheFormulaOfTheDocumentation()
    {
        double g = 1 - 0.6 + 0.6 * ((0.25 * 0.4) + (0.75 * 0.7));

        double further = 3 * (0.3 - 0.1) + 0.8 * (0.4 - 1) - 0.5 * Math.Log(1 + Math.Exp(2)) - 0.2;
        Assert.AreEqual(Math.Cbrt(g) * 1.5 * 2 + g * g * (3 - 2 * g) * further, MatchingFormula.Score(All, 2, Traits), Rounding);
    }

    [TestMethod]
    [DataRow(-1e30f)]
    [DataRow(-700f)]
    [DataRow(0f)]
    [DataRow(700f)]
    [DataRow(1e30f)]
    public void Score_AnyLogit_IsFiniteAndRisesAsTheSlopesSay(float logit)
    {
        var constants = new MatchingConstants { Form = MatchingForm.DensityAware, Scale = 1.5, PositiveSlope = -0.5 };

        // ln(1 + e^x) is x for a sure yes and 0 for a sure no, so that the one counts 1.5 - 0.5 and the other 1.5 times.
        double expected = logit == 0 ? -0.5 * Math.Log(2) : logit > 0 ? logit : 1.5 * logit;
        Assert.AreEqual(expected, MatchingFormula.Score(constants, logit, Traits), Math.Max(1, Math.Abs(expected)) * Rounding);
    }

    [TestMethod]
    public void Score_WhereNoTrainingPairLies_LeavesTheDecisionToTheClassifier()
    {
        PairTraits far = Traits with { Density = 1e-4f };
        MatchingConstants whole = All with { BracketWeight = 1, AreaMix = 0 };

        // Where training pairs lie, the same terms turn it.
        Assert.IsLessThan(0, MatchingFormula.Score(whole with { Bias = -2 }, 0.5f, Traits with { Density = 1 }));
        Assert.IsGreaterThan(0, MatchingFormula.Score(whole with { Bias = -2 }, 0.5f, far));
        Assert.IsLessThan(0.05, MatchingFormula.Score(whole, 0.5f, far));
    }

    [TestMethod]
    [DataRow(MatchingForm.Temperature)]
    [DataRow(MatchingForm.DensityAware)]
    public void Score_InfiniteLogitWhereAYesCountsAsANo_StaysInfinite(MatchingForm form)
    {
        var constants = new MatchingConstants { Form = form, Scale = 0.5 };

        Assert.AreEqual(float.PositiveInfinity, MatchingFormula.Score(constants, float.PositiveInfinity, Traits));
        Assert.AreEqual(float.NegativeInfinity, MatchingFormula.Score(constants, float.NegativeInfinity, Traits));
    }

    [TestMethod]
    public void Score_SentencesOfOneLength_LeavesTheAreaWeightOut()
    {
        PairTraits alike = Traits with { Area = 1 };
        MatchingConstants byDensity = All with { AreaMix = 0 };

        Assert.AreEqual(MatchingFormula.Score(byDensity with { AreaWeight = 0 }, 2, alike), MatchingFormula.Score(byDensity, 2, alike));
    }

    [TestMethod]
    public void Score_EmptySentence_LeavesTheMatchOfPositionsOut()
    {
        float score = MatchingFormula.Score(All, 2, Traits with { Location = null });

        Assert.AreEqual(MatchingFormula.Score(All, 2, Traits with { Location = 0.1f }), score, Rounding);
    }

    private static MatchingConstants All => new()
    {
        Form = MatchingForm.DensityAware,
        Scale = 1.5,
        BracketWeight = 0.6,
        AreaMix = 0.25,
        LocationWeight = 3,
        LocationCentre = 0.1,
        AreaWeight = 0.8,
        PositiveSlope = -0.5,
        Bias = -0.2,
    };
}
