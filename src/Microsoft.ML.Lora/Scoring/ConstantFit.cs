namespace Microsoft.ML.Lora.Scoring;

/// <summary>
/// Fits the constants of a matching score to held-out pairs by negative log-likelihood. The score is linear in κ, b, v, h and e, and the loss convex: it has one
/// minimum, which <see cref="LogisticFit"/> finds, so no start and no luck decides.
/// </summary>
internal static class ConstantFit
{
    /// <summary>
    /// The fewest pairs to fit on: in exploration on QQP and support questions, constants fitted on 200 pairs nearly always gave a lower log-loss
    /// than the classifier's own, and on 50 often did not.
    /// </summary>
    public const int FewestPairs = 200;

    /// <summary>The fewest pairs of either class to fit on: a tenth of <see cref="FewestPairs"/>.</summary>
    public const int FewestOfAClass = 20;

    /// <summary>
    /// The most of κ that h may take back: the least of ∛g / g²(3 − 2g), which is 0.98983 at g = 15/16. With more, a yes near the training pairs would count less for
    /// being surer.
    /// </summary>
    private const double MostTakenBack = 0.9898;

    /// <summary>Whether there are enough pairs to fit on.</summary>
    public static bool IsEnough(ReadOnlySpan<int> labels)
    {
        int positives = labels.Count(1);
        return labels.Length >= FewestPairs && Math.Min(positives, labels.Length - positives) >= FewestOfAClass;
    }

    /// <summary>Fits κ alone.</summary>
    /// <param name="logits">S_cls of each pair.</param>
    /// <param name="labels">Classes, 0 or 1.</param>
    /// <returns>The constants; <see langword="null"/> if the pairs contradict the classifier, so that κ would not be above 0.</returns>
    public static MatchingConstants? Temperature(float[] logits, int[] labels)
    {
        double scale = ScaleAlone(logits, labels).Minimize()[0];
        return scale > 0 ? new MatchingConstants { Form = MatchingForm.Temperature, FittedPairs = labels.Length, Scale = scale } : null;
    }

    /// <summary>
    /// Fits κ, b, v, h and e; κ alone where the others do not earn their place. Where h would come out so far below 0 that of two pairs near the training pairs the one
    /// that the classifier is surer of could score less, it is held at that bound and the rest is fitted around it.
    /// </summary>
    /// <param name="logits">S_cls of each pair.</param>
    /// <param name="traits">What else is looked at in each pair.</param>
    /// <param name="labels">Classes, 0 or 1.</param>
    /// <param name="given">What is not fitted: u, a and c.</param>
    /// <returns>The constants, of <see cref="MatchingForm.DensityAware"/> or <see cref="MatchingForm.Temperature"/>; <see langword="null"/> if the pairs contradict the classifier, so that κ alone would not be above 0.</returns>
    public static MatchingConstants? DensityAware(float[] logits, IReadOnlyList<PairTraits> traits, int[] labels, MatchingConstants given)
    {
        MatchingTerms[] terms = [.. logits.Select((logit, i) => MatchingFormula.Terms(given, logit, traits[i]))];
        (MatchingConstants constants, double loss) = Fit(terms, labels, given);
        if (constants.PositiveSlope < -MostTakenBack * constants.Scale)
        {
            MatchingTerms[] bound = [.. terms.Select(term => term with { OfScale = term.OfScale - (MostTakenBack * term.OfPositives), OfPositives = 0 })];
            (constants, loss) = Fit(bound, labels, given);
            constants = constants with { PositiveSlope = -MostTakenBack * constants.Scale };
        }

        LogisticFit scaleAlone = ScaleAlone(logits, labels);
        double rival = scaleAlone.LossOf(scaleAlone.Minimize()) - ((double)FurtherConstants(terms) / labels.Length);
        return constants.Scale > 0 && loss <= rival ? constants : Temperature(logits, labels);
    }

    /// <summary>
    /// How many of b, v, h and e these pairs say something of. Each makes the loss on n pairs that it is fitted on lower than on others by some 1/n (Akaike's criterion),
    /// which is no gain.
    /// </summary>
    private static int FurtherConstants(MatchingTerms[] terms)
    {
        return Count(term => term.OfLocation) + Count(term => term.OfArea) + Count(term => term.OfPositives) + Count(term => term.OfBias);

        int Count(Func<MatchingTerms, double> of) => terms.Any(term => of(term) != 0) ? 1 : 0;
    }

    private static (MatchingConstants Constants, double Loss) Fit(MatchingTerms[] terms, int[] labels, MatchingConstants given)
    {
        var fit = new LogisticFit(
            [.. terms.Select(term => new[] { term.OfScale, term.OfLocation, term.OfArea, term.OfPositives, term.OfBias })], labels, [1, 0, 0, 0, 0]);
        double[] found = fit.Minimize();
        MatchingConstants constants = given with
        {
            Form = MatchingForm.DensityAware,
            FittedPairs = labels.Length,
            Scale = found[0],
            LocationWeight = found[1],
            AreaWeight = found[2],
            PositiveSlope = found[3],
            Bias = found[4],
        };
        return (constants, fit.LossOf(found));
    }

    private static LogisticFit ScaleAlone(float[] logits, int[] labels) => new([.. logits.Select(logit => new double[] { logit })], labels, [1]);
}
