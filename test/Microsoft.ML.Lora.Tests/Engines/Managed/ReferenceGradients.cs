using Microsoft.ML.Lora.Engines;
using Microsoft.ML.Lora.Engines.Managed;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Tests.Engines.Managed;

/// <summary>
/// Compares a step with the reference where differences in every single element would take too long: each tensor's gradient along one
/// direction of random signs, in which every element counts.
/// </summary>
internal static class ReferenceGradients
{
    /// <summary>How far every element goes: short enough for as many elements at once, long enough for double precision.</summary>
    private const double Difference = 1e-6;

    /// <summary>What rounding leaves of a difference of losses around 1, divided by twice <see cref="Difference"/>.</summary>
    private const double Rounding = 1e-8;

    /// <summary>Takes a step that changes nothing, and compares loss and gradients with the reference's.</summary>
    public static void AssertStepMatches(
        TrainingSession session, ReferenceClassifier reference, in TrainingBatch batch, double tolerance, string what)
    {
        EncodedPair[] pairs = batch.Pairs.ToArray();
        int[] labels = batch.Labels.ToArray();
        float[] weights = batch.Weights.ToArray();
        var random = new SeededRandom(11);

        StepResult result = session.Step(batch, default);

        Assert.AreEqual(reference.Loss(pairs, labels, weights), result.Loss, tolerance * result.Loss, what);
        Assert.IsTrue(result.IsFinite, what);
        foreach ((string name, double[] values) in reference.Trained)
        {
            double[] signs = [.. values.Select(_ => random.NextInt(2) == 0 ? -1.0 : 1.0)];
            double[] start = [.. values];
            double LossAt(double distance)
            {
                for (int i = 0; i < values.Length; i++)
                {
                    values[i] = start[i] + distance * signs[i];
                }

                return reference.Loss(pairs, labels, weights);
            }

            double expected = (LossAt(Difference) - LossAt(-Difference)) / (2 * Difference);
            start.CopyTo(values, 0);
            double[] gradient = Array.ConvertAll(session.GradientOf(name).ToArray(), value => (double)value);
            double actual = gradient.Zip(signs, (slope, sign) => slope * sign).Sum();
            double length = Math.Sqrt(gradient.Sum(slope => slope * slope));
            Assert.AreEqual(expected, actual, tolerance * length + Rounding, $"{what}: {name}, whose gradient is {length:g3} long");
        }
    }
}
