using System.Globalization;

namespace Microsoft.ML.Lora.Benchmarks.RateGrid;

/// <summary>
/// Rules as the command line has them: a name, a colon, and constants with commas between, such as <c>equal:0.002</c>, <c>ratio:0.001,4</c>,
/// <c>balanced:0.002</c>, <c>riemannian:0.001,1e-6</c>,
/// <c>fitted:360</c>, <c>adaptive:0.008</c>, and <c>adaptive:0.008,learned</c> where the ratio is.
/// </summary>
internal static class RuleText
{
    /// <summary>The rates of the issue's sweeps.</summary>
    public static readonly string[] Rates = ["0.00025", "0.0005", "0.001", "0.002", "0.004", "0.008"];

    /// <summary>The shares of the issue's sweep.</summary>
    public static readonly string[] Shares = ["0.001", "0.002", "0.004", "0.008", "0.016"];

    private const string LearnedRatio = "learned";

    private static readonly string[] Ratios = ["2", "4", "8", "16"];

    /// <summary>The rules that a word stands for: a family's whole sweep for its name alone, or itself.</summary>
    public static IEnumerable<string> Expand(string word) => word switch
    {
        "equal" or "balanced" or "riemannian" => Rates.Select(rate => $"{word}:{rate}"),

        // λ = 1 is the sweep of equal.
        "ratio" => Ratios.SelectMany(ratio => Rates.Select(rate => $"ratio:{rate},{ratio}")),
        "adaptive" => Shares.Select(share => $"adaptive:{share}"),
        _ when word.StartsWith("adaptive,", StringComparison.Ordinal) => Shares.Select(share => $"adaptive:{share}{word["adaptive".Length..]}"),
        _ => [word],
    };

    /// <summary>The rule of a text.</summary>
    /// <exception cref="ArgumentException">There is no such rule, or a constant is missing or out of range.</exception>
    public static AdapterRateRule Parse(string text)
    {
        string[] halves = text.Split(':', 2);
        string[] constants = halves.Length == 2 ? halves[1].Split(',') : [];
        return (halves[0], constants.Length) switch
        {
            ("equal", 1) => AdapterRates.Equal(Number(constants[0], text)),
            ("ratio", 2) => AdapterRates.Ratio(Number(constants[0], text), Number(constants[1], text)),
            ("balanced", 1) => AdapterRates.Balanced(Number(constants[0], text)),
            ("riemannian", 1) => AdapterRates.Riemannian(Number(constants[0], text)),
            ("riemannian", 2) => AdapterRates.Riemannian(Number(constants[0], text), Number(constants[1], text)),
            ("fitted", 1) => AdapterRates.Fitted(RateSearchBudget.InSteps((int)Number(constants[0], text))),
            ("adaptive", 1) => AdapterRates.Adaptive(Number(constants[0], text)),
            ("adaptive", 2) when constants[1] == LearnedRatio => AdapterRates.Adaptive(Number(constants[0], text), learnRatio: true),
            _ => throw new ArgumentException(
                $"'{text}' is no rule. Rules are equal:RATE, ratio:RATE,RATIO, balanced:RATE, riemannian:RATE[,EPSILON], fitted:STEPS and adaptive:SHARE[,{LearnedRatio}]; "
                + "a name alone is its whole sweep."),
        };
    }

    private static float Number(string value, string text) => float.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out float number)
        ? number
        : throw new ArgumentException($"'{text}': '{value}' is no number.");
}
