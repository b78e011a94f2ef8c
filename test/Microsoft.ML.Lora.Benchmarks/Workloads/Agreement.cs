namespace Microsoft.ML.Lora.Benchmarks.Workloads;

/// <summary>Holds a plain loop and the fast kernel to the same answer: a ratio of two different computations says nothing.</summary>
internal static class Agreement
{
    // Far above rounding, far below a mistake: the tests hold the kernels to real bounds.
    private const float Allowed = 1e-3f;

    /// <summary>Compares two results, relative to the largest number among them.</summary>
    /// <param name="plain">By the plain loop.</param>
    /// <param name="fast">By the fast kernel.</param>
    /// <param name="allowed">What they may differ by; more than usual for a kernel that rounds on purpose.</param>
    /// <exception cref="InvalidOperationException">They differ.</exception>
    public static void Require(ReadOnlySpan<float> plain, ReadOnlySpan<float> fast, float allowed = Allowed)
    {
        float largest = 0;
        foreach (float value in plain)
        {
            largest = Math.Max(largest, Math.Abs(value));
        }

        for (int i = 0; i < plain.Length; i++)
        {
            if (!(Math.Abs(plain[i] - fast[i]) <= allowed * largest))
            {
                throw new InvalidOperationException($"Number {i} is {plain[i]} by the plain loop, but {fast[i]} by the fast kernel.");
            }
        }
    }
}
