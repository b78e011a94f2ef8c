using Microsoft.ML.Lora.Engines.Rates;
using Microsoft.ML.Lora.Models;

namespace Microsoft.ML.Lora.Training;

/// <summary>The rules that <see cref="RateSearch"/> tries for a kind of training: the default one, and others like it at halved and doubled rates.</summary>
internal sealed class RateCandidates
{
    /// <summary>Of the default's rate; these are tried first.</summary>
    private static readonly float[] Near = [1, 0.5f, 2];

    private static readonly float[] Far = [0.25f, 4, 0.125f];

    private static readonly float[] Farthest = [8, 0.0625f, 16];

    private readonly AdapterRateRule[] _few;
    private readonly AdapterRateRule[] _many;

    /// <param name="few">The candidates of the small search, the default rule first.</param>
    /// <param name="more">What the large search tries besides.</param>
    /// <exception cref="InvalidOperationException">There are other numbers of them than <see cref="RateSearchPlan"/> reckons with, or two are alike.</exception>
    internal RateCandidates(IEnumerable<AdapterRateRule> few, IEnumerable<AdapterRateRule> more)
    {
        _few = [.. few];
        _many = [.. _few, .. more];
        int different = _many.DistinctBy(rule => rule.Description).Count();
        if (_few.Length != RateSearchPlan.Few || different != RateSearchPlan.Many || _many.Length != RateSearchPlan.Many)
        {
            throw new InvalidOperationException(
                $"A search for rates has {RateSearchPlan.Few} candidates or {RateSearchPlan.Many} different ones, but {_few.Length} and {_many.Length} are listed, {different} of them different.");
        }
    }

    /// <summary>What would train without a search. Every search tries it, and first.</summary>
    public AdapterRateRule Default => _few[0];

    /// <summary>The candidates that suit what is trained.</summary>
    public static RateCandidates For(AdapterPlan plan) => plan switch
    {
        { TrainsMatrices: true } => Fixed(UsualRates.Encoder),
        { UpdateRank: > 0 } => new RateCandidates(
            Near.Select(share => Adaptive(share, learnsRatio: false)),
            [.. Far.Select(share => Adaptive(share, learnsRatio: false)), .. Near.Select(share => Adaptive(share, learnsRatio: true))]),

        // The head alone and bottlenecks have no product to be measured by: under the default rule they have the head's rate.
        _ => Fixed(UsualRates.Head),
    };

    /// <summary>The candidates of a plan's first round, the default rule first.</summary>
    public AdapterRateRule[] Of(RateSearchPlan plan) => plan.Candidates == RateSearchPlan.Few ? _few : _many;

    /// <summary>The candidate of a description.</summary>
    /// <exception cref="InvalidDataException">There is none: the trials are another version's.</exception>
    public AdapterRateRule Named(string description) => Array.Find(_many, rule => rule.Description == description)
        ?? throw new InvalidDataException(
            $"A stored trial of the search for rates is of the rule '{description}', which this version does not try. Begin anew: set {nameof(TrainingCheckpoints)}.{nameof(TrainingCheckpoints.Resume)} to false.");

    /// <summary>Whether a candidate's rate, or its share of a weight, is higher than the default's.</summary>
    /// <exception cref="InvalidDataException">There is no candidate of that description.</exception>
    public bool IsAboveDefault(string description) => SizeOf(Named(description)) > SizeOf(Default);

    private static double SizeOf(AdapterRateRule rule) => rule is AdaptiveRates adaptive ? adaptive.Tau : rule.RateOfHead;

    private static AdaptiveRates Adaptive(float share, bool learnsRatio) => new(share * UsualRates.Tau, UsualRates.Head, learnsRatio);

    private static RateCandidates Fixed(float rate) =>
        new(Near.Select(share => new FixedRates(share * rate, 1)), [.. Far.Concat(Farthest).Select(share => new FixedRates(share * rate, 1))]);
}
