namespace Microsoft.ML.Lora.Engines;

/// <summary>Whether there is room for the logits of a call.</summary>
internal static class LogitRoom
{
    /// <summary>Refuses room of another size.</summary>
    /// <param name="pairs">Pairs of the call.</param>
    /// <param name="classes">Logits of each.</param>
    /// <param name="logits">The room.</param>
    /// <exception cref="ArgumentException">There is more or less room than logits.</exception>
    public static void Check(int pairs, int classes, ReadOnlySpan<float> logits)
    {
        if (logits.Length != (long)pairs * classes)
        {
            throw new ArgumentException(
                $"{pairs} pairs in {classes} classes have {(long)pairs * classes} logits, but there is room for {logits.Length}.", nameof(logits));
        }
    }
}
