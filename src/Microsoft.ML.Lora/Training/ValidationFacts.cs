using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Training;

/// <summary>A validation as facts, in checkpoints and in models.</summary>
internal static class ValidationFacts
{
    /// <summary>Writes one validation under keys that start with <paramref name="key"/>.</summary>
    public static void Write(Facts facts, string key, ValidationPoint point)
    {
        facts.Set($"{key}.step", (long)point.Step);
        facts.Set($"{key}.log.loss", point.Metrics.LogLoss);
        facts.Set($"{key}.accuracy", point.Metrics.Accuracy);
        facts.Set($"{key}.f1", point.Metrics.F1);
        facts.Set($"{key}.mcc", point.Metrics.MatthewsCorrelation);
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="InvalidDataException">A fact is missing, of another kind or out of its range.</exception>
    public static ValidationPoint Read(Facts facts, string key) => new(
        facts.Count($"{key}.step"),
        new ValidationMetrics(
            facts.Number($"{key}.log.loss"), facts.Number($"{key}.accuracy"), facts.Number($"{key}.f1"), facts.Number($"{key}.mcc")));
}
