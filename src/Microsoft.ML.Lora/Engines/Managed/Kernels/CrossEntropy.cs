namespace Microsoft.ML.Lora.Engines.Managed.Kernels;

/// <summary>Cross-entropy of a softmax over classes, ℓ = log Σ exp x − x[label], and its gradient, in one pass.</summary>
internal static class CrossEntropy
{
    /// <summary>The weighted loss Σ weight · ℓ / totalWeight, and gradLogits = weight/totalWeight · (softmax x − onehot(label)).</summary>
    /// <param name="logits">(rows, classes).</param>
    /// <param name="classes">Columns, at least 1.</param>
    /// <param name="labels">(rows), from 0 to classes − 1.</param>
    /// <param name="weights">(rows), what each row counts.</param>
    /// <param name="totalWeight">What the rows of the whole batch count together, above 0.</param>
    /// <param name="gradLogits">(rows, classes). Overwritten; may be logits itself.</param>
    /// <returns>The loss, in nats; NaN or ∞ if a logit is.</returns>
    /// <exception cref="ArgumentException">A label is no class, or a size does not fit.</exception>
    public static double ForwardBackward(
        ReadOnlySpan<float> logits, int classes, ReadOnlySpan<int> labels, ReadOnlySpan<float> weights, double totalWeight,
        Span<float> gradLogits)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(classes);
        Extent.Check(logits.Length, labels.Length, classes, nameof(logits));
        Extent.Check(weights.Length, 1, labels.Length, nameof(weights));
        Extent.Check(gradLogits.Length, labels.Length, classes, nameof(gradLogits));
        double loss = 0;
        for (int row = 0; row < labels.Length; row++)
        {
            int label = labels[row];
            if ((uint)label >= (uint)classes)
            {
                throw new ArgumentException($"Row {row} has label {label}, but the classes are 0 to {classes - 1}.", nameof(labels));
            }

            ReadOnlySpan<float> x = logits.Slice(row * classes, classes);
            double largest = x[0];
            foreach (float logit in x)
            {
                largest = Math.Max(largest, logit);
            }

            double sum = 0;
            foreach (float logit in x)
            {
                sum += Math.Exp(logit - largest);
            }

            double weight = weights[row] / totalWeight;
            double logarithm = largest + Math.Log(sum);
            loss += weight * (logarithm - x[label]);
            Span<float> gradient = gradLogits.Slice(row * classes, classes);
            for (int j = 0; j < classes; j++)
            {
                gradient[j] = (float)(weight * (Math.Exp(x[j] - logarithm) - (j == label ? 1 : 0)));
            }
        }

        return loss;
    }
}
