using Microsoft.ML.Lora.Engines.Rates;
using Microsoft.ML.Lora.Training;
using static System.FormattableString;

namespace Microsoft.ML.Lora;

/// <summary>The built-in rules by which the factors of low-rank updates, and the head, learn.</summary>
public static class AdapterRates
{
    /// <summary>ε unless another is given, as the method's authors have it.</summary>
    private const float DefaultEpsilon = 1e-6f;

    private const string RateRange = "A learning rate must be above 0 and at most 1.";

    /// <summary>One rate for everything that is trained: plain LoRA (arXiv 2106.09685).</summary>
    /// <param name="rate">η. Above 0, at most 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is out of range.</exception>
    public static AdapterRateRule Equal(float rate)
    {
        RequireRate(rate, nameof(rate));
        return new FixedRates(rate, 1);
    }

    /// <summary>The factors B, and the head, learn faster than the factors A: LoRA+ (arXiv 2402.12354).</summary>
    /// <param name="rateOfA">Rate of the factors A. Above 0, at most 1.</param>
    /// <param name="ratio">λ: B and the head have λ · <paramref name="rateOfA"/>. Above 0; the product is at most 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A rate is out of range.</exception>
    public static AdapterRateRule Ratio(float rateOfA, float ratio)
    {
        RequireRate(rateOfA, nameof(rateOfA));
        if (!(rateOfA * ratio is > 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(ratio), ratio, Invariant($"{RateRange} That of B and the head, {nameof(rateOfA)} · {nameof(ratio)}, is {rateOfA * ratio}."));
        }

        return new FixedRates(rateOfA, ratio);
    }

    /// <summary>
    /// α = η/√λ for A and β = η·√λ for B, with λ learned for each matrix so that both factors move the effective weight alike. The head has η.
    /// </summary>
    /// <param name="rate">η. Above 0, at most 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is out of range.</exception>
    public static AdapterRateRule Balanced(float rate)
    {
        RequireRate(rate, nameof(rate));
        return new BalancedRates(rate);
    }

    /// <summary>
    /// Rates found while training, for each matrix and step: such that a step moves each effective weight by a given share of its pretrained self. So there
    /// is no rate to search for: τ carries over between ranks, alphas and encoders.
    /// </summary>
    /// <param name="tau">τ, the share. Above 0, at most 1.</param>
    /// <param name="rateOfHead">Rate of the head, which the share does not govern. Above 0, at most 1.</param>
    /// <param name="learnRatio">
    /// Whether the ratio between the rates of B and A is learned as in <see cref="Balanced"/>. If not, both factors have the same rate, which did as well or better
    /// wherever it was measured.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public static AdapterRateRule Adaptive(float tau = UsualRates.Tau, float rateOfHead = UsualRates.Head, bool learnRatio = false)
    {
        if (!(tau is > 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(tau), tau, "The share of itself that a weight moves by in a step must be above 0 and at most 1.");
        }

        RequireRate(rateOfHead, nameof(rateOfHead));
        return new AdaptiveRates(tau, rateOfHead, learnRatio);
    }

    /// <summary>
    /// One rate for everything, and gradients preconditioned by the other factor: ∇A ← (BᵀB + εI)⁻¹∇A, ∇B ← ∇B(AAᵀ + εI)⁻¹ (arXiv 2402.02347).
    /// </summary>
    /// <param name="rate">η. Above 0, at most 1.</param>
    /// <param name="epsilon">ε. Above 0 and finite: B starts at zero, where nothing else keeps the inverse finite.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public static AdapterRateRule Riemannian(float rate, float epsilon = DefaultEpsilon)
    {
        RequireRate(rate, nameof(rate));
        return epsilon > 0 && float.IsFinite(epsilon)
            ? new RiemannianRates(rate, epsilon)
            : throw new ArgumentOutOfRangeException(nameof(epsilon), epsilon, "Epsilon must be above 0 and finite.");
    }

    /// <summary>
    /// The default rule, or one like it with other constants if a search before training finds that clearly better: short trainings on a part of the training
    /// pairs, the best of them and the default longer, judged on another part that shares no sentence (or group) with it, unless that would leave too few; a
    /// warning says so then. Trials shorter than a sixteenth of the training do not speak for higher rates than the default's: those do harm late. What is tried: <see cref="Adaptive"/> with other τ, and with λ learned; <see cref="Equal"/> with other rates where there are no low-rank updates.
    /// </summary>
    /// <param name="budget">What the search may take. <see cref="TrainingSummary.RateTrials"/> tells what it tried.</param>
    public static AdapterRateRule Fitted(RateSearchBudget budget)
    {
        ArgumentNullException.ThrowIfNull(budget);
        return new FittedRates(budget);
    }

    private static void RequireRate(float rate, string parameter)
    {
        if (!(rate is > 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(parameter, rate, RateRange);
        }
    }
}
