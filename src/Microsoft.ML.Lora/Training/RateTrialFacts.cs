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
            facts.Set($"{one}.rate.a", trials[i].RateOfA);
            facts.Set($"{one}.ratio", trials[i].Ratio);
            facts.Set($"{one}.steps", (long)trials[i].Steps);
            if (trials[i].LogLoss is { } loss)
            {
                facts.Set($"{one}.log.loss", loss);
            }
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="InvalidDataException">A fact is missing, of another kind or out of its range.</exception>
    public static IReadOnlyList<RateTrial> Read(Facts facts, string key) =>
        [.. Enumerable.Range(0, facts.Entries(key)).Select(i => ReadOne(facts, KeyOf(key, i)))];

    private static RateTrial ReadOne(Facts facts, string one) => new(
        facts.Count($"{one}.round"),
        (float)facts.Number($"{one}.rate.a"),
        (float)facts.Number($"{one}.ratio"),
        facts.Count($"{one}.steps"),
        facts.Has($"{one}.log.loss") ? facts.Number($"{one}.log.loss") : null);

    private static string KeyOf(string key, int index) => string.Create(CultureInfo.InvariantCulture, $"{key}.{index}");
}
