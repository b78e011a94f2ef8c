namespace Microsoft.ML.Lora.Engines;

/// <summary>Whether labels and weights of a training batch are such that a loss can be computed.</summary>
internal static class BatchCheck
{
    /// <summary>Refuses a batch that cannot be trained on.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="classes">Number of classes.</param>
    /// <exception cref="ArgumentException">There are no pairs, or labels or weights are out of range or of another number.</exception>
    public static void Check(in TrainingBatch batch, int classes)
    {
        int count = batch.Pairs.Length;
        if (count == 0)
        {
            throw new ArgumentException("A training batch needs at least one pair, but none came.", nameof(batch));
        }

        if (batch.Labels.Length != count || batch.Weights.Length != count)
        {
            throw new ArgumentException(
                $"A batch of {count} pairs needs as many labels and weights, "
                + $"but {batch.Labels.Length} labels and {batch.Weights.Length} weights came.",
                nameof(batch));
        }

        for (int i = 0; i < count; i++)
        {
            if ((uint)batch.Labels[i] >= (uint)classes)
            {
                throw new ArgumentException(
                    $"Pair {i} has label {batch.Labels[i]}, but the classes go from 0 to {classes - 1}.", nameof(batch));
            }

            if (!(batch.Weights[i] > 0 && float.IsFinite(batch.Weights[i])))
            {
                throw new ArgumentException(
                    $"Pair {i} has weight {batch.Weights[i]}, but a weight must be positive and finite.", nameof(batch));
            }
        }
    }
}
