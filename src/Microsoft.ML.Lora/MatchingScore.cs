using static System.FormattableString;

namespace Microsoft.ML.Lora;

/// <summary>How a pair's score comes about: from the classifier alone, or with regard to how well the training pairs cover the pair.</summary>
/// <remarks>
/// S = ∛g · κ · S_cls + g²(3 − 2g) · (b · (S_loc − c) + v · (w − 1) + h · ln(1 + exp(S_cls)) + e), g = 1 − u + u · (a · w + (1 − a) · d). S_cls is the classifier's logit; S_loc how well the tokens of
/// the two sentences find each other, by cosines of their vectors below the last layer less the bank's mean of them, c its mean over the bank; w the shorter sentence's length over the longer's; d, from 0 to 1,
/// the share of validation pairs that lie no nearer to a bank of training sentences than this pair. The constants used are in <see cref="TrainingSummary.Matching"/>.
/// </remarks>
public sealed record MatchingScore
{
    /// <summary>The most pairs a bank holds: it is saved with the model, and searched for each pair that is scored.</summary>
    internal const int MostBankPairs = 1024;

    private MatchingScore(MatchingForm form, float areaMix = 0, float locationWeight = 0) =>
        (Form, AreaMix, LocationWeight) = (form, areaMix, locationWeight);

    /// <summary>The classifier's logit as it is.</summary>
    public static MatchingScore Classifier { get; } = new(MatchingForm.Classifier);

    /// <summary>κ · S_cls, with κ fitted on the validation pairs: temperature scaling (arXiv 1706.04599). Changes no decision at a threshold of 0.</summary>
    public static MatchingScore Temperature { get; } = new(MatchingForm.Temperature);

    /// <summary>
    /// The whole formula, with κ, b, v, h and e fitted on the validation pairs; κ alone, as <see cref="Temperature"/> has it, where the others gain nothing there. Scoring takes a search through the
    /// bank besides, which costs the more of the whole the smaller the encoder.
    /// </summary>
    public static MatchingScore DensityAware { get; } = new(MatchingForm.DensityAware);

    /// <summary>The formula.</summary>
    public MatchingForm Form { get; }

    /// <summary>a: the share of the area weight beside density; the paper's α.</summary>
    /// <value>From 0 to 1. The default is 0, density alone, and for <see cref="Paper"/> what it is given.</value>
    public float AreaMix { get; init; }

    /// <summary>The paper's β, given to <see cref="Paper"/>: b; 0 in every other form.</summary>
    public float LocationWeight { get; }

    /// <summary>The training pairs, drawn at random, whose sentences density is measured against. With fewer training pairs, all of them.</summary>
    /// <value>From 2 to 1,024. The default is 1,024.</value>
    public int BankSize { get; init; } = MostBankPairs;

    /// <summary>k: a sentence lies as densely as its k-th nearest sentence of the bank is near.</summary>
    /// <value>From 1 to <see cref="BankSize"/> − 1. The default is 1.</value>
    public int Neighbours { get; init; } = 1;

    /// <summary>u: how much density and area weight count. With 0 every pair is trusted alike, wherever it lies.</summary>
    /// <value>From 0 to 1. The default is 1.</value>
    public float BracketWeight { get; init; } = 1;

    /// <summary>
    /// The paper's own form with the paper's own constants, unfitted: (α · w + (1 − α) · d) · S_cls + β · S_loc, where S_loc is 0 if a sentence is empty.
    /// </summary>
    /// <param name="areaMix">α: the share of the area weight beside density. From 0 to 1.</param>
    /// <param name="locationWeight">β: how much the match of positions counts. From −100 to 100.</param>
    /// <exception cref="ArgumentOutOfRangeException">A constant is out of range.</exception>
    public static MatchingScore Paper(float areaMix, float locationWeight)
    {
        if (!(areaMix is >= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(areaMix), areaMix, "The area weight's share must be from 0 to 1.");
        }

        if (!(locationWeight is >= -100 and <= 100))
        {
            throw new ArgumentOutOfRangeException(nameof(locationWeight), locationWeight, "The weight of the match of positions must be from -100 to 100.");
        }

        return new MatchingScore(MatchingForm.Paper, areaMix, locationWeight);
    }

    internal IEnumerable<string> Problems()
    {
        if (BankSize is < 2 or > MostBankPairs) yield return $"{nameof(BankSize)} must be from 2 to {MostBankPairs}, but is {BankSize}.";
        if (Neighbours < 1) yield return $"{nameof(Neighbours)} must be at least 1, but is {Neighbours}.";
        if (Neighbours >= BankSize) yield return $"{nameof(Neighbours)} must be below {nameof(BankSize)}, {BankSize}, since a pair of the bank is no neighbour of its own, but is {Neighbours}.";
        if (!(AreaMix is >= 0 and <= 1)) yield return Invariant($"{nameof(AreaMix)} must be from 0 to 1, but is {AreaMix}.");
        if (!(BracketWeight is >= 0 and <= 1)) yield return Invariant($"{nameof(BracketWeight)} must be from 0 to 1, but is {BracketWeight}.");
        if ((Form == MatchingForm.Classifier && this != Classifier) || (Form == MatchingForm.Temperature && this != Temperature))
        {
            yield return $"{nameof(BankSize)}, {nameof(Neighbours)}, {nameof(AreaMix)} and {nameof(BracketWeight)} count for nothing in {Form}: leave them at their defaults, or start from {nameof(DensityAware)}.";
        }
    }
}
