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
    /// What <see cref="DensityAware"/> fits beyond κ: b, v, h and e. Each makes the loss on n pairs that it is fitted on lower than on others by some 1/n (Akaike's
    /// criterion), which is no gain.
    /// </summary>
    private const int FurtherConstants = 4;

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
    /// Fits κ, b, v, h and e; κ alone where the others do not earn their place. Where h would come out below −κ, so that of two pairs near the training pairs the one that
    /// the classifier is surer of could score less, it is −κ and the rest is fitted around it.
    /// </summary>
    /// <param name="logits">S_cls of each pair.</param>
    /// <param name="traits">What else is looked at in each pair.</param>
    /// <param name="labels">Classes, 0 or 1.</param>
    /// <param name="given">What is not fitted: u, a and c.</param>
    /// <returns>The constants, of <see cref="MatchingForm.DensityAware"/> or <see cref="MatchingForm.Temperature"/>; <see langword="null"/> if the pairs contradict the classifier, so that κ would not be above 0.</returns>
    public static MatchingConstants? DensityAware(float[] logits, IReadOnlyList<PairTraits> traits, int[] labels, MatchingConstants given)
    {
        LogisticFit scaleAlone = ScaleAlone(logits, labels);
        double rival = scaleAlone.LossOf(scaleAlone.Minimize()) - ((double)FurtherConstants / labels.Length);
        MatchingTerms[] terms = [.. logits.Select((logit, i) => MatchingFormula.Terms(given, logit, traits[i]))];
        (MatchingConstants constants, double loss) = Fit(terms, labels, given);
        if (constants.PositiveSlope < -constants.Scale)
        {
            (constants, loss) = FitFlat(terms, labels, given);
        }

        return loss > rival ? Temperature(logits, labels) : constants.Scale > 0 ? constants : null;
    }

    private static (MatchingConstants Constants, double Loss) Fit(MatchingTerms[] terms, int[] labels, MatchingConstants given)
    {
        var fit = new LogisticFit(
            [.. terms.Select(term => new[] { term.OfScale, term.OfLocation, term.OfArea, term.OfPositives, term.OfBias })], labels, [1, 0, 0, 0, 0]);
        double[] found = fit.Minimize();
        return (Fitted(given, labels.Length, found[0], found[1], found[2], found[3], found[4]), fit.LossOf(found));
    }

    /// <summary>The same with h = −κ.</summary>
    private static (MatchingConstants Constants, double Loss) FitFlat(MatchingTerms[] terms, int[] labels, MatchingConstants given)
    {
        var fit = new LogisticFit(
            [.. terms.Select(term => new[] { term.OfScale - term.OfPositives, term.OfLocation, term.OfArea, term.OfBias })], labels, [1, 0, 0, 0]);
        double[] found = fit.Minimize();
        return (Fitted(given, labels.Length, found[0], found[1], found[2], -found[0], found[3]), fit.LossOf(found));
    }

    private static MatchingConstants Fitted(MatchingConstants given, int pairs, double scale, double location, double area, double positives, double bias) => given with
    {
        Form = MatchingForm.DensityAware,
        FittedPairs = pairs,
        Scale = scale,
        LocationWeight = location,
        AreaWeight = area,
        PositiveSlope = positives,
        Bias = bias,
    };

    private static LogisticFit ScaleAlone(float[] logits, int[] labels) => new([.. logits.Select(logit => new double[] { logit })], labels, [1]);
}
