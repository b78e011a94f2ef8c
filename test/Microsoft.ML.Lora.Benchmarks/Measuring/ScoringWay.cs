using Microsoft.ML.Lora.Scoring;

namespace Microsoft.ML.Lora.Benchmarks.Measuring;

/// <summary>A way of scoring that is compared with others.</summary>
/// <param name="Name">What it is called in results.</param>
/// <param name="Fit">Its constants, from held-out pairs and c, the mean match of positions in the bank.</param>
/// <param name="Leave">What it leaves of a pair's traits, in fitting and in scoring; everything where it is null.</param>
internal sealed record ScoringWay(string Name, Func<ObservedPairs, double, MatchingConstants?> Fit, Func<PairTraits, PairTraits>? Leave = null)
{
    /// <summary>What the others are compared with.</summary>
    public const string Rival = "temperature";

    private const string Classifier = "classifier";
    private const string Usual = "density-aware";

    /// <summary>Those that a picture has room for.</summary>
    public static IReadOnlyList<string> Drawn { get; } = [Classifier, Rival, Usual];

    /// <summary>All that are compared: the settings users have, and the formula with one term left out or another in.</summary>
    public static IReadOnlyList<ScoringWay> All { get; } =
    [
        new(Classifier, (_, _) => new MatchingConstants { Form = MatchingForm.Classifier }),
        new(Rival, (held, _) => ConstantFit.Temperature(held.Logits, held.Labels)),
        new(Usual, DensityAware),
        new("bracket weight 0.5", (held, centre) => DensityAware(held, centre, bracketWeight: 0.5)),
        new("without density", (held, centre) => DensityAware(held, centre, bracketWeight: 0)),
        new("without location", DensityAware, traits => traits with { Location = null }),
        new("without area", DensityAware, traits => traits with { Area = 1 }),
        new("area mix 0.25", (held, centre) => DensityAware(held, centre, areaMix: 0.25)),
        new("paper, a 0.5, b 0", (_, _) => Paper(0)),
        new("paper, a 0.5, b 1", (_, _) => Paper(1)),
    ];

    private static MatchingConstants? DensityAware(ObservedPairs held, double centre) => DensityAware(held, centre, bracketWeight: 1);

    private static MatchingConstants? DensityAware(ObservedPairs held, double centre, double bracketWeight = 1, double areaMix = 0) => ConstantFit.DensityAware(
        held.Logits, held.Traits, held.Labels,
        new MatchingConstants { Form = MatchingForm.DensityAware, BracketWeight = bracketWeight, AreaMix = areaMix, LocationCentre = centre });

    /// <summary>What it makes of test pairs after fitting on held-out ones.</summary>
    public (MatchingConstants Constants, IEnumerable<CalibrationFigures> Figures) Judge(ObservedPairs held, double centre, IEnumerable<ObservedPairs> tests)
    {
        MatchingConstants constants = Fit(Left(held), centre) ?? new MatchingConstants { Form = MatchingForm.Classifier };
        return (constants, tests.Select(test => Left(test).FiguresOf(constants)));
    }

    private ObservedPairs Left(ObservedPairs pairs) => Leave is null ? pairs : pairs.With(Leave);

    private static MatchingConstants Paper(double locationWeight) =>
        new() { Form = MatchingForm.Paper, BracketWeight = 1, AreaMix = 0.5, LocationWeight = locationWeight };
}
