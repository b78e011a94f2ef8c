using Microsoft.ML.Lora.Engines.Rates;
using TorchSharp;
using Tensor = TorchSharp.torch.Tensor;

namespace Microsoft.ML.Lora.Engines.Torch;

/// <summary><see cref="RiemannianRates"/> for a group: one rate, and inverses of (r, r) matrices in 64 bits, all matrices at once.</summary>
internal sealed class RiemannianGroupRates : GroupRates
{
    private readonly Tensor _rates;
    private readonly Tensor _ridge;

    /// <param name="rule">The rule.</param>
    /// <param name="group">The matrices.</param>
    /// <param name="place">The device.</param>
    public RiemannianGroupRates(RiemannianRates rule, FactorGroup group, TorchPlace place)
    {
        using Tensor identity = torch.eye(group.Rank, dtype: torch.ScalarType.Float64, device: place.Device);
        _rates = torch.full([group.Matrices], rule.RateOfHead, torch.ScalarType.Float64, place.Device).DetachFromDisposeScope();
        _ridge = identity.mul(rule.Epsilon).DetachFromDisposeScope();
    }

    /// <inheritdoc/>
    public override (Tensor OfA, Tensor OfB)? Precondition(FactorStatistics statistics) =>
        (Inverse(statistics.FactorsOfB!), Inverse(statistics.FactorsOfA!));

    /// <inheritdoc/>
    public override (Tensor A, Tensor B) Decide(FactorStatistics statistics, Tensor isFinite) => (_rates, _rates);

    /// <inheritdoc/>
    public override void Dispose()
    {
        _rates.Dispose();
        _ridge.Dispose();
    }

    private Tensor Inverse(Tensor products)
    {
        (Tensor inverse, _) = torch.linalg.inv_ex(products.to_type(torch.ScalarType.Float64).add(_ridge));
        return inverse.to_type(torch.ScalarType.Float32);
    }
}
