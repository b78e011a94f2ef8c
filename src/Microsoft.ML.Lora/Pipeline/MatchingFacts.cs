using System.Globalization;
using Microsoft.ML.Lora.Primitives;
using Microsoft.ML.Lora.Scoring;

namespace Microsoft.ML.Lora.Pipeline;

/// <summary>A matching score as facts and tensors, for a model's payload. Models of older versions have none.</summary>
internal static class MatchingFacts
{
    private const string Prefix = "matching.";
    private const string FormKey = Prefix + "form";
    private const string PairsKey = Prefix + "pairs";
    private const string NeighboursKey = Prefix + "neighbours";
    private const string AreaKey = Prefix + "area";
    private const string PositivesKey = Prefix + "positives";
    private const string MembersName = Prefix + "members";
    private const string DistancesName = Prefix + "distances";
    private const string Share = "from 0 to 1";
    private const string Finite = "that is finite";

    /// <summary>What development versions before the first release called their banks, of other embeddings.</summary>
    private static readonly string[] FormerMembersNames = [Prefix + "bank", Prefix + "sentences"];

    /// <summary>Writes the constants.</summary>
    public static void Write(Facts facts, MatchingModel? matching)
    {
        if (matching is null)
        {
            return;
        }

        MatchingConstants constants = matching.Constants;
        facts.Set(FormKey, constants.Form.ToString());
        facts.Set(PairsKey, (long)constants.FittedPairs);
        facts.Set(Prefix + "scale", constants.Scale);
        facts.Set(Prefix + "bracket", constants.BracketWeight);
        facts.Set(Prefix + "area.mix", constants.AreaMix);
        facts.Set(Prefix + "location", constants.LocationWeight);
        facts.Set(Prefix + "location.centre", constants.LocationCentre);
        facts.Set(AreaKey, constants.AreaWeight);
        facts.Set(PositivesKey, constants.PositiveSlope);
        facts.Set(Prefix + "bias", constants.Bias);
        if (matching.Bank is { } bank)
        {
            facts.Set(NeighboursKey, (long)bank.Neighbours);
        }
    }

    /// <summary>The bank's tensors.</summary>
    public static IEnumerable<NamedTensor> Tensors(MatchingModel? matching)
    {
        if (matching?.Bank is { } bank)
        {
            yield return new NamedTensor(MembersName, [bank.Members.Rows, bank.Members.Columns], bank.Members.Values);
            yield return new NamedTensor(DistancesName, [bank.Distances.Count], [.. bank.Distances]);
        }
    }

    /// <summary>Whether a tensor is one of <see cref="Tensors"/>.</summary>
    public static bool Has(NamedTensor tensor) => tensor.Name.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Reads what was written.</summary>
    /// <param name="facts">The facts.</param>
    /// <param name="tensors">The tensors.</param>
    /// <param name="hidden">Length of a token's vector in the encoder that the model works on.</param>
    /// <exception cref="InvalidDataException">Something is missing, out of its range, or does not fit the rest.</exception>
    public static MatchingModel? Read(Facts facts, IReadOnlyList<NamedTensor> tensors, int hidden)
    {
        bool hasBank = facts.Has(NeighboursKey) || tensors.Any(Has);
        if (!facts.Has(FormKey) && !hasBank)
        {
            return null;
        }

        MatchingConstants constants = ReadConstants(facts);
        bool needsBank = constants.Form == MatchingForm.Paper || (constants.Form == MatchingForm.DensityAware && constants.FittedPairs > 0);
        if (hasBank != needsBank || constants.Form == MatchingForm.Classifier)
        {
            throw new InvalidDataException(string.Create(
                CultureInfo.InvariantCulture,
                $"The model's '{FormKey}' is '{constants.Form}' with '{PairsKey}' {constants.FittedPairs} and {(hasBank ? "a" : "no")} bank of sentences, but only "
                + $"{MatchingForm.Temperature} without a bank, {MatchingForm.Paper} with one, and {MatchingForm.DensityAware} with one or with no pairs are known here."));
        }

        return new MatchingModel(constants, hasBank ? ReadBank(facts, tensors, hidden) : null);
    }

    private static MatchingConstants ReadConstants(Facts facts) => new()
    {
        Form = ModelFacts.ReadName<MatchingForm>(facts, FormKey),
        FittedPairs = facts.Count(PairsKey),
        Scale = facts.Number(Prefix + "scale", value => value > 0 && double.IsFinite(value), "above 0 that is finite"),
        BracketWeight = facts.Number(Prefix + "bracket", IsShare, Share),
        AreaMix = facts.Number(Prefix + "area.mix", IsShare, Share),
        LocationWeight = facts.Number(Prefix + "location", double.IsFinite, Finite),
        LocationCentre = facts.Number(Prefix + "location.centre", double.IsFinite, Finite),
        AreaWeight = Later(facts, AreaKey),
        PositiveSlope = Later(facts, PositivesKey),
        Bias = facts.Number(Prefix + "bias", double.IsFinite, Finite),
    };

    /// <summary>One of two constants that scores of earlier development versions went without, both: 0 is the formula that they had.</summary>
    private static double Later(Facts facts, string key) => facts.Has(AreaKey) || facts.Has(PositivesKey) ? facts.Number(key, double.IsFinite, Finite) : 0;

    private static bool IsShare(double value) => value is >= 0 and <= 1;

    private static EmbeddingBank ReadBank(Facts facts, IReadOnlyList<NamedTensor> tensors, int hidden)
    {
        if (tensors.FirstOrDefault(tensor => FormerMembersNames.Contains(tensor.Name)) is { } former)
        {
            throw new InvalidDataException(
                $"The model's tensor '{former.Name}' is of an earlier development version, whose matching score looked at pairs otherwise. Train the model again with this version.");
        }

        NamedTensor members = Find(tensors, MembersName);
        if (members.Shape is not [>= 4 and <= 2 * MatchingScore.MostBankPairs, _] || members.Shape[0] % 2 != 0 || members.Shape[1] != hidden)
        {
            throw Misshapen(members, $"two rows for each of 2 to {MatchingScore.MostBankPairs} pairs, each row of {hidden} numbers, as the encoder's vectors have them");
        }

        int rows = members.Shape[0];
        NamedTensor distances = Find(tensors, DistancesName);
        if (distances.Shape is not [>= 1 and <= EmbeddingBank.MostDistances])
        {
            throw Misshapen(distances, $"from 1 to {EmbeddingBank.MostDistances} numbers");
        }

        for (int i = 0; i < distances.Values.Length; i++)
        {
            float least = i == 0 ? 0 : distances.Values[i - 1];
            if (!(distances.Values[i] >= least))
            {
                throw new InvalidDataException(string.Create(
                    CultureInfo.InvariantCulture, $"The model's tensor '{DistancesName}' must hold rising numbers from 0, but has {distances.Values[i]} at element {i}, behind {least}."));
            }
        }

        return new EmbeddingBank(new Matrix(rows, hidden, members.Values), distances.Values, facts.Whole(NeighboursKey, 1, rows - 2));
    }

    /// <exception cref="InvalidDataException">The tensor is missing, or not finite.</exception>
    private static NamedTensor Find(IReadOnlyList<NamedTensor> tensors, string name)
    {
        NamedTensor found = tensors.FirstOrDefault(tensor => tensor.Name == name) ?? throw new InvalidDataException($"The model's tensor '{name}' is missing.");
        int wrong = Array.FindIndex(found.Values, value => !float.IsFinite(value));
        return wrong < 0 ? found : throw new InvalidDataException(string.Create(
            CultureInfo.InvariantCulture, $"The model's tensor '{name}' holds {found.Values[wrong]} at element {wrong}, but every element must be finite."));
    }

    private static InvalidDataException Misshapen(NamedTensor tensor, string wanted) =>
        new($"The model's tensor '{tensor.Name}' has shape ({string.Join(", ", tensor.Shape)}), but must have {wanted}.");
}
