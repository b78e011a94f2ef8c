using System.Globalization;
using Microsoft.ML.Lora;

namespace SampleConsole;

/// <summary>Rate rules as command lines have them: a name, then its constants, with commas between.</summary>
public static class RateText
{
    private static readonly Rule[] Rules =
    [
        new("adaptive", [], ["TAU"], constants => constants is [string tau] ? AdapterRates.Adaptive(Number(tau)) : AdapterRates.Adaptive()),
        new("ratio", ["RATE_OF_A", "LAMBDA"], [], constants => AdapterRates.Ratio(Number(constants[0]), Number(constants[1]))),
        new("balanced", ["RATE"], [], constants => AdapterRates.Balanced(Number(constants[0]))),
        new("riemannian", ["RATE"], ["EPSILON"], constants => constants is [string rate, string epsilon]
            ? AdapterRates.Riemannian(Number(rate), Number(epsilon))
            : AdapterRates.Riemannian(Number(constants[0]))),
        new("fitted", ["STEPS"], [], constants => AdapterRates.Fitted(RateSearchBudget.InSteps(Whole(constants[0])))),
        new("equal", ["RATE"], [], constants => AdapterRates.Equal(Number(constants[0]))),
    ];

    /// <summary>Everything that can be written.</summary>
    public static string Forms { get; } = string.Join("; ", Rules.Select(rule => rule.Form));

    /// <summary>The rule of a text.</summary>
    /// <param name="text">Such as <c>adaptive</c>, <c>adaptive,4e-3</c>, <c>ratio,1e-3,4</c> or <c>fitted,360</c>.</param>
    /// <exception cref="ArgumentException">There is no such rule, or its constants are too few, too many, no numbers or out of range.</exception>
    public static AdapterRateRule Parse(string text)
    {
        string[] parts = text.Split(',', StringSplitOptions.TrimEntries);
        Rule rule = Array.Find(Rules, rule => rule.Name.Equals(parts[0], StringComparison.OrdinalIgnoreCase))
            ?? throw new ArgumentException($"'{text}' names no rate rule. There are {Forms}.");
        string[] constants = parts[1..];
        if (constants.Length < rule.Required.Length || constants.Length > rule.Required.Length + rule.Optional.Length)
        {
            throw new ArgumentException($"'{text}' has {constants.Length} {(constants.Length == 1 ? "constant" : "constants")}, but the rule is written {rule.Form}. There are {Forms}.");
        }

        try
        {
            return rule.Make(constants);
        }
        catch (Exception exception) when (exception is FormatException or ArgumentOutOfRangeException)
        {
            throw new ArgumentException($"'{text}': {exception.Message.ReplaceLineEndings(" ")} The rule is written {rule.Form}. There are {Forms}.", exception);
        }
    }

    private static float Number(string text) => float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out float number)
        ? number
        : throw new FormatException($"'{text}' is no number.");

    private static int Whole(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
        ? number
        : throw new FormatException($"'{text}' is no whole number of steps.");

    private sealed record Rule(string Name, string[] Required, string[] Optional, Func<string[], AdapterRateRule> Make)
    {
        public string Form => $"{string.Join(',', [Name, .. Required])}{string.Concat(Optional.Select(constant => $"[,{constant}]"))}";
    }
}
