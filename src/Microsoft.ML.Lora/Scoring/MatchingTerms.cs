namespace Microsoft.ML.Lora.Scoring;

/// <summary>What the fitted constants of a matching score are multiplied by in one pair.</summary>
/// <param name="OfScale">By κ: ∛g · S_cls.</param>
/// <param name="OfLocation">By b: g²(3 − 2g) · (S_loc − c).</param>
/// <param name="OfArea">By v: g²(3 − 2g) · (w − 1), 0 for sentences of one length.</param>
/// <param name="OfPositives">By h: g²(3 − 2g) · ln(1 + exp(S_cls)), which is nearly 0 for a sure no and nearly S_cls, faded, for a sure yes.</param>
/// <param name="OfBias">By e: g²(3 − 2g).</param>
internal readonly record struct MatchingTerms(double OfScale, double OfLocation, double OfArea, double OfPositives, double OfBias)
{
    /// <summary>S.</summary>
    /// <param name="constants">κ, b, v, h and e.</param>
    public double Score(MatchingConstants constants)
    {
        double score = (constants.Scale * OfScale) + (constants.LocationWeight * OfLocation) + (constants.AreaWeight * OfArea) + (constants.Bias * OfBias);

        // Not added at 0: a logit may be infinite.
        return constants.PositiveSlope == 0 ? score : score + (constants.PositiveSlope * OfPositives);
    }
}
