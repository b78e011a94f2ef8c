namespace Microsoft.ML.Lora.Scoring;

/// <summary>
/// Fits the constants of a matching score to held-out pairs by negative log-likelihood. With the bracket's u and a held fast, the score is linear in
/// κ, b and e, and the loss convex: it has one minimum, which <see cref="LogisticFit"/> finds. u and a, bounded to a square, are tried on a grid, so
/// no start and no luck decides.
/// </summary>
internal sealed class ConstantFit
{
    /// <summary>
    /// The fewest pairs to fit on: in exploration on QQP and support questions, constants fitted on 200 pairs nearly always gave a lower log-loss
    /// than the classifier's own, and on 50 often did not.
    /// </summary>
    public const int FewestPairs = 200;

    /// <summary>The fewest pairs of either class to fit on: a tenth of <see cref="FewestPairs"/>.</summary>
    public const int FewestOfAClass = 20;

    /// <summary>u in twentieths: the loss is flat in it, and a finer grid finds no more.</summary>
    private const int BracketSteps = 20;

    /// <summary>a in quarters; not 1, so that a bracket is never 0.</summary>
    private const int AreaSteps = 4;

    /// <summary>
    /// What <see cref="DensityAware"/> fits beyond κ: b, e, u and a. Each makes the loss on n pairs that it is fitted on lower than on others by some 1/n (Akaike's
    /// criterion), which is no gain.
    /// </summary>
    private const int FurtherConstants = 4;

    private readonly float[] _logits;
    private readonly IReadOnlyList<PairTraits> _traits;
    private readonly int[] _labels;
    private readonly double _centre;

    private ConstantFit(float[] logits, IReadOnlyList<PairTraits> traits, int[] labels, double centre) =>
        (_logits, _traits, _labels, _centre) = (logits, traits, labels, centre);

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

    /// <summary>Fits κ, b, e, u and a; κ alone where the others do not earn their place.</summary>
    /// <param name="logits">S_cls of each pair.</param>
    /// <param name="traits">What else is looked at in each pair.</param>
    /// <param name="labels">Classes, 0 or 1.</param>
    /// <param name="locationCentre">c.</param>
    /// <param name="caution">How much of the gain over κ alone, less what any constants would gain, may be given up for a larger u, 0 to 1.</param>
    /// <returns>The constants, of <see cref="MatchingForm.DensityAware"/> or <see cref="MatchingForm.Temperature"/>; <see langword="null"/> if the pairs contradict the classifier, so that κ would not be above 0.</returns>
    public static MatchingConstants? DensityAware(
        float[] logits, IReadOnlyList<PairTraits> traits, int[] labels, double locationCentre, double caution)
    {
        var fit = new ConstantFit(logits, traits, labels, locationCentre);
        LogisticFit scaleAlone = ScaleAlone(logits, labels);
        double rival = scaleAlone.LossOf(scaleAlone.Minimize()) - ((double)FurtherConstants / labels.Length);
        Candidate[] candidates = [.. fit.Candidates()];
        Candidate best = candidates.MinBy(candidate => candidate.Loss)!;
        if (best.Loss > rival)
        {
            return Temperature(logits, labels);
        }

        double allowed = best.Loss + (caution * (rival - best.Loss));
        Candidate chosen = candidates.Last(
            candidate => candidate == best || (candidate.AreaMix == best.AreaMix && candidate.Bracket > best.Bracket && candidate.Loss <= allowed));
        return chosen.Weights[0] > 0 ? fit.ToConstants(chosen) : null;
    }

    private static LogisticFit ScaleAlone(float[] logits, int[] labels) => new([.. logits.Select(logit => new double[] { logit })], labels, [1]);

    /// <summary>The best κ, b and e for each u and a, by rising u.</summary>
    private IEnumerable<Candidate> Candidates()
    {
        for (int u = 0; u <= BracketSteps; u++)
        {
            for (int a = 0; a < (u == 0 ? 1 : AreaSteps); a++)
            {
                yield return Best((double)u / BracketSteps, (double)a / AreaSteps);
            }
        }
    }

    private Candidate Best(double bracket, double areaMix)
    {
        double[][] rows = [.. _logits.Select((logit, i) =>
        {
            double g = MatchingFormula.Bracket(bracket, areaMix, _traits[i]);
            return new[] { g * logit, g * (_traits[i].Location - _centre ?? 0), g };
        })];
        var fit = new LogisticFit(rows, _labels, [1, 0, 0]);
        double[] weights = fit.Minimize();
        return new Candidate(bracket, areaMix, weights, fit.LossOf(weights));
    }

    private MatchingConstants ToConstants(Candidate candidate) => new()
    {
        Form = MatchingForm.DensityAware,
        FittedPairs = _labels.Length,
        Scale = candidate.Weights[0],
        BracketWeight = candidate.Bracket,
        AreaMix = candidate.AreaMix,
        LocationWeight = candidate.Weights[1],
        LocationCentre = _centre,
        Bias = candidate.Weights[2],
    };

    /// <summary>One u and a with the best of the rest.</summary>
    private sealed record Candidate(double Bracket, double AreaMix, double[] Weights, double Loss);
}
