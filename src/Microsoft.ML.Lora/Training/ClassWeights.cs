namespace Microsoft.ML.Lora.Training;

/// <summary>The weight of a pair of each class in the loss.</summary>
internal static class ClassWeights
{
    /// <summary>The weights of class 0 and class 1.</summary>
    /// <param name="weighting">The rule.</param>
    /// <param name="labels">The classes of all training pairs; both occur.</param>
    public static float[] For(ClassWeighting weighting, ReadOnlySpan<int> labels)
    {
        if (weighting == ClassWeighting.None)
        {
            return [1, 1];
        }

        long positives = 0;
        foreach (int label in labels)
        {
            positives += label;
        }

        double half = labels.Length / 2.0;
        return [(float)(half / (labels.Length - positives)), (float)(half / positives)];
    }
}
