using Microsoft.ML.Lora.Models;

namespace Microsoft.ML.Lora.Training;

/// <summary>The rates of A and ratios λ that <see cref="RateSearch"/> tries for a kind of training.</summary>
internal sealed class RateCandidates
{
    /// <summary>About the plain rates that were best from rank 1 to 64, and LoRA+ ratios with B at the same rates.</summary>
    private static readonly RateCandidates OfUpdates = new(
        [(1e-3f, 1), (2e-3f, 1), (1e-3f, 4)],
        [(5e-4f, 1), (4e-3f, 1), (8e-3f, 1), (5e-4f, 4), (2e-3f, 4), (2.5e-4f, 16)]);

    /// <summary>For the head alone and bottlenecks, which have no factors: λ·η_A is all that counts, so the ratio is 1.</summary>
    private static readonly RateCandidates OfNewParts = new(
        [(1e-3f, 1), (2e-3f, 1), (5e-4f, 1)],
        [(2.5e-4f, 1), (4e-3f, 1), (8e-3f, 1), (1.25e-4f, 1), (1.6e-2f, 1), (3.2e-2f, 1)]);

    /// <summary>For the encoder's own weights, which bear far less: about the rate that they have unless another is given.</summary>
    private static readonly RateCandidates OfEncoder = new(
        [(3e-4f, 1), (1e-4f, 1), (6e-4f, 1)],
        [(2e-4f, 1), (4e-4f, 1), (1.5e-4f, 1), (8e-4f, 1), (1.2e-3f, 1), (1.6e-3f, 1)]);

    private readonly (float RateOfA, float Ratio)[] _few;
    private readonly (float RateOfA, float Ratio)[] _many;

    /// <param name="few">The candidates of the small search.</param>
    /// <param name="more">What the large search tries besides.</param>
    /// <exception cref="InvalidOperationException">There are other numbers of them than <see cref="RateSearchPlan"/> reckons with, or two are alike.</exception>
    internal RateCandidates((float RateOfA, float Ratio)[] few, (float RateOfA, float Ratio)[] more)
    {
        (_few, _many) = (few, [.. few, .. more]);
        if (_few.Length != RateSearchPlan.Few || _many.Distinct().Count() != RateSearchPlan.Many || _many.Length != RateSearchPlan.Many)
        {
            throw new InvalidOperationException(
                $"A search for rates has {RateSearchPlan.Few} candidates or {RateSearchPlan.Many} different ones, but {_few.Length} and {_many.Length} are listed, {_many.Distinct().Count()} of them different.");
        }
    }

    /// <summary>The candidate that is timed by: the first, which every search tries.</summary>
    public (float RateOfA, float Ratio) First => _few[0];

    /// <summary>The candidates that suit what is trained.</summary>
    public static RateCandidates For(AdapterPlan plan) => plan switch
    {
        { TrainsMatrices: true } => OfEncoder,
        { UpdateRank: > 0 } => OfUpdates,
        _ => OfNewParts,
    };

    /// <summary>The candidates of a plan's first round.</summary>
    public (float RateOfA, float Ratio)[] Of(RateSearchPlan plan) => plan.Candidates == RateSearchPlan.Few ? _few : _many;
}
