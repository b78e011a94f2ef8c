using Microsoft.ML.Lora;

namespace Ablation.Methods;

/// <summary>All rows, in the order of the tables: the ablation first, then the baselines.</summary>
internal static class MethodList
{
    public const string Ours = "ours";
    public const string Plain = "plain";
    private const string NoRates = "no-rates";
    private const string NoLowRank = "no-low-rank";
    private const string NoDensity = "no-density";
    private const string Full = "full";
    private const string Last = "last";
    private const string AdapterH = "adapter-h";
    private const string AdapterL = "adapter-l";

    public static IReadOnlyList<Method> All { get; } =
    [
        new()
        {
            Name = Ours, Title = "Ours", Purpose = "Low-rank updates, rates found while training, density-aware score.",
            RatesOf = Ours, IsDensityAware = true, IsSwept = true,
        },
        new()
        {
            Name = NoRates, Title = "− adaptive rates", Purpose = "Ours with plain LoRA's one rate for everything.",
            RatesOf = Plain, IsDensityAware = true,
        },
        new()
        {
            Name = NoLowRank, Title = "− low-rank updates", Purpose = "Ours with the encoder as it came: the head alone is trained.",
            Targets = LoraTargets.None, RatesOf = Ours, IsDensityAware = true,
        },
        new()
        {
            Name = NoDensity, Title = "− density", Purpose = "Ours with the classifier's score as it is.",
            RatesOf = Ours,
        },
        new()
        {
            Name = Plain, Title = "Plain LoRA", Purpose = "Low-rank updates with one rate for everything and the classifier's score.",
            RatesOf = Plain, IsSwept = true,
        },
        new()
        {
            Name = Full, Title = "Full fine-tuning", Purpose = "Every weight of the encoder is trained.",
            Adaptation = AdaptationMethod.FullFineTuning, RatesOf = Full,
        },
        new()
        {
            Name = Last, Title = "Last layers", Purpose = "Every weight of the top layers is trained.",
            Adaptation = AdaptationMethod.LastLayers, RatesOf = Last,
        },
        new()
        {
            Name = AdapterH, Title = "AdapterH", Purpose = "Bottlenecks behind attention and feed-forward block (Houlsby et al.).",
            Adaptation = AdaptationMethod.AdapterH, RatesOf = AdapterH,
        },
        new()
        {
            Name = AdapterL, Title = "AdapterL", Purpose = "A bottleneck on each layer (Lin et al.).",
            Adaptation = AdaptationMethod.AdapterL, RatesOf = AdapterL,
        },
    ];

    /// <summary>What the rules are unless others are given: for ours, and where the encoder's own weights are trained, the library's own default.</summary>
    private static readonly Dictionary<string, string> DefaultRates = new(StringComparer.Ordinal)
    {
        [Ours] = "adaptive",
        [Plain] = "equal,2e-3",
        [Full] = "equal,3e-4",
        [Last] = "equal,3e-4",
        [AdapterH] = "equal,1e-3",
        [AdapterL] = "equal,1e-3",
    };

    /// <summary>The names, as messages list them.</summary>
    public static string Names { get; } = string.Join(", ", All.Select(method => method.Name));

    /// <summary>The methods that have a rule of their own.</summary>
    public static string NamesWithRates { get; } = string.Join(", ", DefaultRates.Keys);

    /// <summary>The rules unless others are given, as the command line writes them.</summary>
    public static IReadOnlyDictionary<string, string> Rates => DefaultRates;

    /// <summary>The method of a name.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static Method Of(string name) => All.FirstOrDefault(method => method.Name == name)
        ?? throw new ArgumentException($"'{name}' is no method. There are {Names}.");
}
