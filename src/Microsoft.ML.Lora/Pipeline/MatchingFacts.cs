using Microsoft.ML.Lora.Primitives;
using Microsoft.ML.Lora.Scoring;

namespace Microsoft.ML.Lora.Pipeline;

/// <summary>A matching score as facts and tensors, for a model's payload. Models of older versions have none.</summary>
internal static class MatchingFacts
{
    private const string Prefix = "matching.";
    private const string FormKey = Prefix + "form";
    private const string NeighboursKey = Prefix + "neighbours";
    private const string MembersName = Prefix + "bank";
    private const string DistancesName = Prefix + "distances";

    /// <summary>Writes the constants.</summary>
    public static void Write(Facts facts, MatchingModel? matching)
    {
        if (matching is null)
        {
            return;
        }

        MatchingConstants constants = matching.Constants;
        facts.Set(FormKey, constants.Form.ToString());
        facts.Set(Prefix + "pairs", (long)constants.FittedPairs);
        facts.Set(Prefix + "scale", constants.Scale);
        facts.Set(Prefix + "bracket", constants.BracketWeight);
        facts.Set(Prefix + "area.mix", constants.AreaMix);
        facts.Set(Prefix + "location", constants.LocationWeight);
        facts.Set(Prefix + "location.centre", constants.LocationCentre);
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
            yield return new NamedTensor(DistancesName, [bank.Members.Rows], [.. bank.Distances]);
        }
    }

    /// <summary>Whether a tensor is one of <see cref="Tensors"/>.</summary>
    public static bool Has(NamedTensor tensor) => tensor.Name.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Reads what was written.</summary>
    /// <exception cref="InvalidDataException">Something is missing, or does not fit the rest.</exception>
    public static MatchingModel? Read(Facts facts, IReadOnlyList<NamedTensor> tensors) => facts.Has(FormKey)
        ? new MatchingModel(ReadConstants(facts), facts.Has(NeighboursKey) ? ReadBank(facts, tensors) : null)
        : null;

    private static MatchingConstants ReadConstants(Facts facts) => new()
    {
        Form = ModelFacts.ReadName<MatchingForm>(facts, FormKey),
        FittedPairs = (int)facts.Whole(Prefix + "pairs"),
        Scale = facts.Number(Prefix + "scale"),
        BracketWeight = facts.Number(Prefix + "bracket"),
        AreaMix = facts.Number(Prefix + "area.mix"),
        LocationWeight = facts.Number(Prefix + "location"),
        LocationCentre = facts.Number(Prefix + "location.centre"),
        Bias = facts.Number(Prefix + "bias"),
    };

    private static EmbeddingBank ReadBank(Facts facts, IReadOnlyList<NamedTensor> tensors)
    {
        NamedTensor members = Find(tensors, MembersName);
        return members.Shape is [int rows, int columns]
            ? new EmbeddingBank(new Matrix(rows, columns, members.Values), Find(tensors, DistancesName).Values, (int)facts.Whole(NeighboursKey))
            : throw new InvalidDataException($"The model's tensor '{MembersName}' must have 2 dimensions, but has {members.Shape.Count}.");
    }

    private static NamedTensor Find(IReadOnlyList<NamedTensor> tensors, string name) =>
        tensors.FirstOrDefault(tensor => tensor.Name == name) ?? throw new InvalidDataException($"The model's tensor '{name}' is missing.");
}
