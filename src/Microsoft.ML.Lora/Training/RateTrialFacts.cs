using System.Globalization;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Training;

/// <summary>The trials of a search for rates as facts, in checkpoints and in models.</summary>
internal static class RateTrialFacts
{
    /// <summary>Writes trials under keys that start with <paramref name="key"/>.</summary>
    public static void Write(Facts facts, string key, IReadOnlyList<RateTrial> trials)
    {
        facts.Set(key, (long)trials.Count);
        for (int i = 0; i < trials.Count; i++)
        {
            string one = KeyOf(key, i);
            facts.Set($"{one}.round", (long)trials[i].Round);
            facts.Set($"{one}.rates", trials[i].Rates);
            facts.Set($"{one}.steps", (long)trials[i].Steps);
            SetIfAny(facts, $"{one}.log.loss", trials[i].LogLoss);
            SetIfAny(facts, $"{one}.over.default", trials[i].OverDefault);
            SetIfAny(facts, $"{one}.over.default.error", trials[i].OverDefaultError);
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="InvalidDataException">A fact is missing, of another kind or out of its range.</exception>
    public static IReadOnlyList<RateTrial> Read(Facts facts, string key) =>
        [.. Enumerable.Range(0, facts.Entries(key)).Select(i => ReadOne(facts, KeyOf(key, i)))];

    private static RateTrial ReadOne(Facts facts, string one) => new(
        facts.Count($"{one}.round"),
        facts.Text($"{one}.rates"),
        facts.Count($"{one}.steps"),
        NumberIfAny(facts, $"{one}.log.loss"),
        NumberIfAny(facts, $"{one}.over.default"),
        NumberIfAny(facts, $"{one}.over.default.error"));

    private static void SetIfAny(Facts facts, string key, double? number)
    {
        if (number is { } value)
        {
            facts.Set(key, value);
        }
    }

    private static double? NumberIfAny(Facts facts, string key) => facts.Has(key) ? facts.Number(key) : null;

    private static string KeyOf(string key, int index) => string.Create(CultureInfo.InvariantCulture, $"{key}.{index}");
}
