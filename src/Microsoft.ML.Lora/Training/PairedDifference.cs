namespace Microsoft.ML.Lora.Training;

/// <summary>By how much the losses of two models differ on the same pairs.</summary>
/// <param name="Mean">Mean of the differences.</param>
/// <param name="Error">Its standard error.</param>
internal readonly record struct PairedDifference(double Mean, double Error)
{
    /// <summary>Compares losses pair by pair.</summary>
    /// <param name="losses">One for each of at least two pairs.</param>
    /// <param name="others">What is taken off them, of the same pairs.</param>
    public static PairedDifference Of(ReadOnlySpan<double> losses, ReadOnlySpan<double> others)
    {
        double mean = 0;
        for (int i = 0; i < losses.Length; i++)
        {
            mean += (losses[i] - others[i]) / losses.Length;
        }

        double squares = 0;
        for (int i = 0; i < losses.Length; i++)
        {
            double apart = losses[i] - others[i] - mean;
            squares += apart * apart;
        }

        return new PairedDifference(mean, Math.Sqrt(squares / (losses.Length - 1) / losses.Length));
    }
}
