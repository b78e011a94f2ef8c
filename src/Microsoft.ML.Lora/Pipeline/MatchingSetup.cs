using System.Globalization;
using Microsoft.ML.Lora.Engines;
using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;
using Microsoft.ML.Lora.Scoring;
using Microsoft.ML.Lora.Training;

namespace Microsoft.ML.Lora.Pipeline;

/// <summary>Makes a trained model's matching score: draws the bank, and fits the constants on the validation pairs.</summary>
internal sealed class MatchingSetup
{
    private const string Option = nameof(LoraSentencePairOptions.MatchingScore);

    /// <summary>The fewest training pairs that say where it is dense, where nobody asked for it.</summary>
    private const int FewestBankPairs = 100;

    private readonly MatchingScore _wanted;
    private readonly LabeledPairs _train;
    private readonly LabeledPairs? _held;
    private readonly int[] _members;
    private readonly Action<string> _info;
    private readonly Action<string> _warn;

    /// <param name="wanted">What is wanted.</param>
    /// <param name="train">The training pairs, which the bank is drawn from.</param>
    /// <param name="held">The validation pairs, which the constants are fitted on.</param>
    /// <param name="seed">Decides what is in the bank.</param>
    /// <param name="info">Told what was found.</param>
    /// <param name="warn">Told what could not be done.</param>
    /// <exception cref="ArgumentException">There are too few training pairs for the neighbours that are to be counted.</exception>
    public MatchingSetup(MatchingScore wanted, LabeledPairs train, LabeledPairs? held, ulong seed, Action<string> info, Action<string> warn)
    {
        if (NeedsBank(wanted) && wanted.Neighbours >= train.Count)
        {
            throw new ArgumentException(
                $"{Option}.{nameof(wanted.Neighbours)} is {wanted.Neighbours}, but the bank has the {train.Count} training pairs alone, and a pair is no neighbour of its own. "
                + $"Set it to {train.Count - 1} or less, or train on more pairs.");
        }

        (_wanted, _train, _held, _info, _warn) = (wanted, train, held, info, warn);
        _members = NeedsBank(wanted) ? BankDraw.Choose(train.Count, wanted.BankSize, seed) : [];
    }

    /// <summary>What is wanted where nobody said: what regards density, if the pairs suffice for it.</summary>
    /// <param name="train">The training pairs.</param>
    /// <param name="held">The validation pairs.</param>
    /// <param name="info">Told where the pairs do not suffice.</param>
    public static MatchingScore Usual(LabeledPairs train, LabeledPairs? held, Action<string> info)
    {
        if (held is null)
        {
            return MatchingScore.Classifier;
        }

        if (train.Count >= FewestBankPairs && ConstantFit.IsEnough(held.Labels))
        {
            return MatchingScore.DensityAware;
        }

        info(
            $"Scores are the classifier's: to regard density, as they do unless {Option} says otherwise, takes {FewestBankPairs} training pairs and {ConstantFit.FewestPairs} validation pairs, "
            + $"{ConstantFit.FewestOfAClass} of them of each class, and there are {train.Count} and {held.Count}.");
        return MatchingScore.Classifier;
    }

    /// <summary>Makes it.</summary>
    /// <param name="engine">Computes.</param>
    /// <param name="encoder">The encoder, whose weights are asked for where a score needs them.</param>
    /// <param name="plan">What was trained.</param>
    /// <param name="trained">The trained weights.</param>
    /// <param name="validationLogits">The classifier's logits of the validation pairs; <see langword="null"/> without such pairs.</param>
    /// <param name="cancellation">Looked at before each thousand pairs.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public MatchingResult Make(
        IEngine engine, LoadedEncoder encoder, TrainablePlan plan, TrainedWeights trained, float[]? validationLogits, CancellationToken cancellation)
    {
        if (_wanted.Form == MatchingForm.Classifier)
        {
            return new MatchingResult(null, validationLogits);
        }

        cancellation.ThrowIfCancellationRequested();
        if (_wanted.Form != MatchingForm.Paper && !HasEnoughToFit())
        {
            return new MatchingResult(Unfitted(), validationLogits);
        }

        if (_wanted.Form == MatchingForm.Temperature)
        {
            return Of(Fitted(ConstantFit.Temperature(validationLogits!, _held!.Labels), bank: null), validationLogits!, new PairTraits[_held.Count]);
        }

        using IPairScorer scorer = engine.CreateScorer(encoder.WeightsFor(engine), plan, trained);
        EncodedPair[] members = Members(_train.Pairs);
        EncodedPair[] swapped = Members(_train.Swapped);
        EmbeddingBank bank = Draw(scorer, encoder.Shape.Hidden, members, swapped);
        var reader = new MatchingModel(_wanted.Form == MatchingForm.Paper ? PaperConstants() : Unfitted().Constants, bank);
        if (_held is null)
        {
            return new MatchingResult(reader, null);
        }

        // The bank's own pairs share questions with each other that those to be scored do not: how far is far, held-out pairs say better.
        float[] logits = new float[_held.Count];
        IReadOnlyList<PairTraits> traits = reader.Read(scorer, _held.Pairs, _held.Swapped, logits, cancellation);
        bank = bank.RankedAmong(traits.Select(one => one.Distance));
        traits = [.. traits.Select(one => one.RankedIn(bank))];
        if (_wanted.Form == MatchingForm.Paper)
        {
            return Of(reader with { Bank = bank }, logits, traits);
        }

        // Of the bank's own pairs nothing but the match of positions is wanted; what is close to itself says nothing of density. They are read a second
        // time, since positions are matched by where tokens lie from the bank's mean, which is not known before.
        IReadOnlyList<PairTraits> own = reader.Read(scorer, members, swapped, new float[members.Length], cancellation);
        double centre = own.Select(one => (double?)one.Location).Average() ?? 0;
        return Of(Fitted(ConstantFit.DensityAware(logits, traits, _held.Labels, Given(centre)), bank), logits, traits);
    }

    /// <summary>The most numbers of training pairs that the model will keep.</summary>
    /// <param name="hidden">Length of an embedding.</param>
    public long NumbersKept(int hidden) => NeedsBank(_wanted) ? (2L * hidden * Math.Min(_wanted.BankSize, _train.Count)) + EmbeddingBank.MostDistances : 0;

    private static bool NeedsBank(MatchingScore wanted) => wanted.Form is MatchingForm.DensityAware or MatchingForm.Paper;

    private static MatchingResult Of(MatchingModel model, float[] logits, IReadOnlyList<PairTraits> traits) =>
        new(model, [.. logits.Select((logit, i) => MatchingFormula.Score(model.Constants, logit, traits[i]))]);

    private bool HasEnoughToFit()
    {
        int pairs = _held?.Count ?? 0;
        int positives = _held?.Labels.Count(label => label == 1) ?? 0;
        if (_held is not null && ConstantFit.IsEnough(_held.Labels))
        {
            return true;
        }

        _warn(
            $"{Option}.{_wanted.Form} needs at least {ConstantFit.FewestPairs} validation pairs to be fitted on, {ConstantFit.FewestOfAClass} of them of each class, but there are {pairs}, "
            + $"{positives} positive: scores stay the classifier's. Raise {nameof(LoraSentencePairOptions.ValidationFraction)}, or give Fit a larger validation set.");
        return false;
    }

    private MatchingModel Unfitted() => new(new MatchingConstants { Form = _wanted.Form }, Bank: null);

    private MatchingModel Fitted(MatchingConstants? constants, EmbeddingBank? bank)
    {
        if (constants is null)
        {
            _warn($"{Option}.{_wanted.Form} finds the validation pairs at odds with the classifier, whose logits would have to change sign: scores stay the classifier's.");
            return Unfitted();
        }

        if (constants.Form != _wanted.Form)
        {
            _info(string.Create(
                CultureInfo.InvariantCulture,
                $"{Option}.{_wanted.Form} gains nothing on {constants.FittedPairs} validation pairs that temperature scaling does not, so that it is scaled alone: scale {constants.Scale:F3}."));
            return new MatchingModel(constants, Bank: null);
        }

        _info(string.Create(
            CultureInfo.InvariantCulture,
            $"Matching score fitted on {constants.FittedPairs} pairs: scale {constants.Scale:F3}, location {constants.LocationWeight:F3} from {constants.LocationCentre:F3}, area {constants.AreaWeight:F3}, positives {constants.PositiveSlope:F3}, bias {constants.Bias:F3}."));
        return new MatchingModel(constants, bank);
    }

    private MatchingConstants PaperConstants() => Given(locationCentre: 0) with { LocationWeight = _wanted.LocationWeight };

    /// <summary>The constants that are not fitted.</summary>
    private MatchingConstants Given(double locationCentre) => new()
    {
        Form = _wanted.Form,
        BracketWeight = _wanted.BracketWeight,
        AreaMix = _wanted.AreaMix,
        LocationCentre = locationCentre,
    };

    private EmbeddingBank Draw(IPairScorer scorer, int hidden, EncodedPair[] members, EncodedPair[] swapped)
    {
        if (members.Length < _wanted.BankSize)
        {
            _info($"The bank of {Option} has room for {_wanted.BankSize} pairs, but there are {members.Length} training pairs: all of them are in it.");
        }

        return BankDraw.Make(scorer, hidden, members, swapped, _wanted.Neighbours);
    }

    private EncodedPair[] Members(EncodedPair[]? pairs) => pairs is null ? [] : [.. _members.Select(number => pairs[number])];
}
