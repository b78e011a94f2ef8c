namespace Microsoft.ML.Lora.Scoring;

/// <summary>
/// Fits the constants of a matching score to held-out pairs by negative log-likelihood. The score is linear in κ, b and e, and the loss convex: it has one
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
    /// What <see cref="DensityAware"/> fits beyond κ: b and e. Each makes the loss on n pairs that it is fitted on lower than on others by some 1/n (Akaike's
    /// criterion), which is no gain.
    /// </summary>
    private const int FurtherConstants = 2;

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

    /// <summary>Fits κ, b and e; κ alone where the others do not earn their place.</summary>
    /// <param name="logits">S_cls of each pair.</param>
    /// <param name="traits">What else is looked at in each pair.</param>
    /// <param name="labels">Classes, 0 or 1.</param>
    /// <param name="given">What is not fitted: u, a and c.</param>
    /// <returns>The constants, of <see cref="MatchingForm.DensityAware"/> or <see cref="MatchingForm.Temperature"/>; <see langword="null"/> if the pairs contradict the classifier, so that κ would not be above 0.</returns>
    public static MatchingConstants? DensityAware(float[] logits, IReadOnlyList<PairTraits> traits, int[] labels, MatchingConstants given)
    {
        LogisticFit scaleAlone = ScaleAlone(logits, labels);
        double rival = scaleAlone.LossOf(scaleAlone.Minimize()) - ((double)FurtherConstants / labels.Length);
        double[][] rows = [.. logits.Select((logit, i) =>
        {
            (double scaled, double location, double bias) = MatchingFormula.Terms(given, logit, traits[i]);
            return new[] { scaled, location, bias };
        })];
        var fit = new LogisticFit(rows, labels, [1, 0, 0]);
        double[] weights = fit.Minimize();
        if (fit.LossOf(weights) > rival)
        {
            return Temperature(logits, labels);
        }

        return weights[0] > 0
            ? given with { Form = MatchingForm.DensityAware, FittedPairs = labels.Length, Scale = weights[0], LocationWeight = weights[1], Bias = weights[2] }
            : null;
    }

    private static LogisticFit ScaleAlone(float[] logits, int[] labels) => new([.. logits.Select(logit => new double[] { logit })], labels, [1]);
}
