using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Scoring;

/// <summary>
/// S = ∛g · κ · S_cls + g²(3 − 2g) · (b · (S_loc − c) + v · (w − 1) + h · ln(1 + exp(S_cls)) + e) with the bracket g = 1 − u + u · (a · w + (1 − a) · d); in the paper's
/// form (arXiv 2412.18729) g · S_cls + b · S_loc. A sentence without tokens makes S_loc = c.
/// </summary>
/// <remarks>
/// Departures from the paper. What the further terms say of a pair was learned from few held-out pairs and holds where these lie: it counts for the less
/// the farther away a pair is, so that there the classifier decides alone. With d alone, g²(3 − 2g) is the chance that of three held-out pairs drawn at random
/// two or three are at least as far away. And the classifier's logit is doubted more slowly than d falls: among pairs like the held-out ones d is spread evenly from
/// 0 to 1 and says next to nothing. And near its training pairs a classifier was found to be surer of a yes than it should be, and less sure of a no: h, mostly below 0, makes
/// up for it. All of it was chosen on some seeds, and is measured on others (docs/results/matching-score.md).
/// </remarks>
internal static class MatchingFormula
{
    /// <summary>S of one pair.</summary>
    /// <param name="constants">The constants.</param>
    /// <param name="logit">S_cls.</param>
    /// <param name="traits">The pair's traits.</param>
    public static float Score(MatchingConstants constants, float logit, PairTraits traits)
    {
        if (constants.Form == MatchingForm.Paper)
        {
            return (float)((Bracket(constants, traits) * constants.Scale * logit) + (constants.LocationWeight * Location(constants, traits)));
        }

        return (float)Terms(constants, logit, traits).Score(constants);
    }

    /// <summary>What the fitted constants are multiplied by.</summary>
    /// <param name="constants">u, a and c.</param>
    /// <param name="logit">S_cls.</param>
    /// <param name="traits">The pair's traits.</param>
    public static MatchingTerms Terms(MatchingConstants constants, float logit, PairTraits traits)
    {
        double bracket = Bracket(constants, traits);
        double further = bracket * bracket * (3 - (2 * bracket));
        return new MatchingTerms(
            Math.Cbrt(bracket) * logit, further * Location(constants, traits), further * (traits.Area - 1), further * Softplus.Of(logit), further);
    }

    private static double Location(MatchingConstants constants, PairTraits traits) => traits.Location - constants.LocationCentre ?? 0;

    /// <summary>g = 1 − u + u · (a · w + (1 − a) · d): 0 to 1.</summary>
    private static double Bracket(MatchingConstants constants, PairTraits traits)
    {
        double mixed = (constants.AreaMix * traits.Area) + ((1 - constants.AreaMix) * traits.Density);
        return 1 - constants.BracketWeight + (constants.BracketWeight * mixed);
    }
}
