using Microsoft.ML.Lora.Engines.Rates;
using Tensor = TorchSharp.torch.Tensor;

namespace Microsoft.ML.Lora.Engines.Torch;

/// <summary>
/// A rate rule for all M matrices of a group at once. The built-in rules decide on the device, so that a step need not wait for it; any other
/// rule is asked on the host, matrix by matrix.
/// </summary>
internal abstract class GroupRates : IDisposable
{
    /// <summary>The rule's own form of deciding for a group.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="group">The matrices.</param>
    /// <param name="place">The device.</param>
    public static GroupRates Of(AdapterRateRule rule, FactorGroup group, TorchPlace place) => rule switch
    {
        FixedRates given => new FixedGroupRates(given.Rates, group, place),
        RiemannianRates riemannian => new RiemannianGroupRates(riemannian, group, place),
        BalancedRates => new LearnedGroupRates(rule, null, group, place),
        AdaptiveRates adaptive => new LearnedGroupRates(rule, adaptive, group, place),
        _ => new AskedGroupRates(rule, group, place),
    };

    /// <summary>What gradients are multiplied with, (M, r, r) each; <see langword="null"/> for nothing.</summary>
    /// <param name="statistics">With the factors' products.</param>
    public virtual (Tensor OfA, Tensor OfB)? Precondition(FactorStatistics statistics) => null;

    /// <summary>The full rates α and β, (M) each, in 64 bits.</summary>
    /// <param name="statistics">With what the rule asks for.</param>
    /// <param name="isFinite">Whether this step counts: if not, what is remembered stays.</param>
    public abstract (Tensor A, Tensor B) Decide(FactorStatistics statistics, Tensor isFinite);

    /// <summary>A copy of what is remembered, matrix by matrix.</summary>
    public virtual float[] Export() => [];

    /// <summary>Sets what is remembered.</summary>
    public virtual void Import(float[] state)
    {
    }

    /// <inheritdoc/>
    public abstract void Dispose();
}
