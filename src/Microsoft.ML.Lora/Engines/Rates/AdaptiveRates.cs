using static System.FormattableString;

namespace Microsoft.ML.Lora.Engines.Rates;

/// <summary>
/// Size found in the product space: α = c/√λ and β = c·√λ, and c such that the weight moves by a given share of itself,
/// ‖s·(α·B·ΔA + β·ΔB·A)‖_F = τ·‖W₀‖_F (times the schedule's share), to first order. λ is 1, or the <see cref="LearnedRatio"/>.
/// </summary>
/// <remarks>State of a matrix: the mean of log norms of the move for c = 1, the weight of the measurements in that mean, and, where it is learned, log λ.</remarks>
/// <param name="tau">τ: the share of itself that a weight moves by at the schedule's full height.</param>
/// <param name="rateOfHead">Rate of the head, which has no product to be measured by.</param>
/// <param name="learnsRatio">Whether λ is learned.</param>
internal sealed class AdaptiveRates(float tau, float rateOfHead, bool learnsRatio) : AdapterRateRule
{
    /// <summary>
    /// The most that a step's c may exceed its recent mean by. Where the directions vanish or cancel in the product, c would grow without bound
    /// and blow up what is left, which is noise. It may fall without limit, since a small step does no harm.
    /// </summary>
    public const double Cap = 4;

    /// <summary>A new measurement's weight in the mean of log norms: it spans some 20 steps, as that of the ratio does.</summary>
    public const double NormWeight = 0.05;

    /// <summary>τ.</summary>
    public double Tau => tau;

    /// <summary>Whether λ is learned.</summary>
    public bool LearnsRatio => learnsRatio;

    /// <inheritdoc/>
    public override string Description =>
        Invariant($"Adaptive({tau}), head {rateOfHead}, {(learnsRatio ? LearnedRatio.Description : "ratio 1")}, cap {Cap}, mean by {NormWeight}");

    /// <inheritdoc/>
    public override double RateOfHead => rateOfHead;

    /// <inheritdoc/>
    public override AdapterStatistics Statistics => AdapterStatistics.Directions;

    /// <inheritdoc/>
    public override int StateLength => learnsRatio ? 3 : 2;

    /// <inheritdoc/>
    public override void Start(Span<float> state)
    {
        if (learnsRatio)
        {
            state[2] = LearnedRatio.Start;
        }
    }

    /// <inheritdoc/>
    public override AdapterFactorRates Decide(in AdapterStep update, Span<float> state)
    {
        double root = learnsRatio ? Math.Sqrt(LearnedRatio.Update(update, ref state[2])) : 1;
        double norm = update.Move(1 / root, root);
        if (!double.IsFinite(norm))
        {
            // The engine refuses such rates, and says where they came from.
            return new AdapterFactorRates(double.NaN, double.NaN);
        }

        if (norm == 0 && state[1] == 0)
        {
            // Nothing has moved the product so far: there is nothing to scale by, and nothing to scale.
            return new AdapterFactorRates(0, 0);
        }

        double rate = tau * update.FrozenNorm / Limited(norm, ref state[0], ref state[1]);
        return new AdapterFactorRates(rate / root, rate * root);
    }

    /// <summary>Takes a norm into the mean, and holds it against the mean before.</summary>
    private static double Limited(double norm, ref float mean, ref float weight)
    {
        double logNorm = Math.Log(norm);
        double limited = weight > 0 ? Math.Max(logNorm, mean - Math.Log(Cap)) : logNorm;

        // The plain mean of the first measurements, then one that forgets.
        weight = (float)Math.Max(NormWeight, weight > 0 ? weight / (1 + weight) : 1);
        mean += (float)(weight * (limited - mean));
        return Math.Exp(limited);
    }
}
