namespace Microsoft.ML.Lora.Scoring;

/// <summary>
/// S = g · (κ · S_cls + b · (S_loc − c) + e) with the bracket g = 1 − u + u · (a · w + (1 − a) · d); in the paper's form (arXiv 2412.18729) the
/// bracket is before S_cls alone. A sentence without tokens makes S_loc = c.
/// </summary>
/// <remarks>
/// What the bracket stands before is a departure from the paper: a pair unlike the training data is to be doubted whatever speaks for it, and
/// with everything behind the bracket density never turns a decision.
/// </remarks>
internal static class MatchingFormula
{
    /// <summary>S of one pair.</summary>
    /// <param name="constants">The constants.</param>
    /// <param name="logit">S_cls.</param>
    /// <param name="traits">The pair's traits.</param>
    public static float Score(MatchingConstants constants, float logit, PairTraits traits)
    {
        double bracket = Bracket(constants.BracketWeight, constants.AreaMix, traits);
        double location = constants.LocationWeight * (traits.Location - constants.LocationCentre ?? 0);
        return (float)(constants.Form == MatchingForm.Paper
            ? (bracket * constants.Scale * logit) + location
            : bracket * ((constants.Scale * logit) + location + constants.Bias));
    }

    /// <summary>g = 1 − u + u · (a · w + (1 − a) · d): 0 to 1.</summary>
    /// <param name="weight">u.</param>
    /// <param name="areaMix">a.</param>
    /// <param name="traits">Area weight and density.</param>
    public static double Bracket(double weight, double areaMix, PairTraits traits) =>
        1 - weight + (weight * ((areaMix * traits.Area) + ((1 - areaMix) * traits.Density)));
}
