namespace Microsoft.ML.Lora.Engines.Rates;

/// <summary>
/// λ = β/α of one matrix, learned while training so that both factors move the product alike: α·‖B·ΔA‖_F = β·‖ΔB·A‖_F, which is where
/// λ = ‖B·ΔA‖_F / ‖ΔB·A‖_F.
/// </summary>
internal static class LearnedRatio
{
    /// <summary>
    /// λ before it is learned, and all through the warm-up: B starts at zero, so that B·ΔA says nothing yet. For such a start LoRA+'s own
    /// figures prefer ratios from 4 to 8.
    /// </summary>
    private const double First = 4;

    /// <summary>The least λ. Below 1 the factor that starts at random would learn faster than the one that starts at zero.</summary>
    public const double Least = 1;

    /// <summary>The largest λ, a bound on what a bad measurement can do: beyond, B outgrows A whatever the measured balance.</summary>
    public const double Most = 64;

    /// <summary>κ, a new measurement's weight in the mean of log λ: it spans some 20 steps, longer than a batch's noise, shorter than a warm-up.</summary>
    public const double Weight = 0.05;

    /// <summary>log λ before the first step.</summary>
    public static float Start => (float)Math.Log(First);

    /// <summary>The constants in words, for a rule's description.</summary>
    public static string Description => FormattableString.Invariant($"ratio from {First} in [{Least}, {Most}] by {Weight}");

    /// <summary>log λ ← clip(log λ + κ·(log(‖B·ΔA‖_F / ‖ΔB·A‖_F) − log λ)), unless the schedule warms up or a term vanishes.</summary>
    /// <returns>λ.</returns>
    public static double Update(in AdapterStep step, ref float logRatio)
    {
        double byA = step.Inner(step.FactorsOfB, step.DirectionsOfA);
        double byB = step.Inner(step.DirectionsOfB, step.FactorsOfA);
        if (!step.IsWarmup && byA > 0 && byB > 0)
        {
            double balanced = 0.5 * Math.Log(byA / byB);
            logRatio = (float)Math.Clamp(logRatio + (Weight * (balanced - logRatio)), Math.Log(Least), Math.Log(Most));
        }

        return Math.Exp(logRatio);
    }
}
