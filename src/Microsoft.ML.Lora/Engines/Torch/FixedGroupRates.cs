using TorchSharp;
using Tensor = TorchSharp.torch.Tensor;

namespace Microsoft.ML.Lora.Engines.Torch;

/// <summary>The same two rates for every matrix at every step.</summary>
/// <param name="rates">α and β.</param>
/// <param name="group">The matrices.</param>
/// <param name="place">The device.</param>
internal sealed class FixedGroupRates(AdapterFactorRates rates, FactorGroup group, TorchPlace place) : GroupRates
{
    private readonly Tensor _ofA = torch.full([group.Matrices], rates.A, torch.ScalarType.Float64, place.Device).DetachFromDisposeScope();
    private readonly Tensor _ofB = torch.full([group.Matrices], rates.B, torch.ScalarType.Float64, place.Device).DetachFromDisposeScope();

    /// <inheritdoc/>
    public override (Tensor A, Tensor B) Decide(FactorStatistics statistics, Tensor isFinite) => (_ofA, _ofB);

    /// <inheritdoc/>
    public override void Dispose()
    {
        _ofA.Dispose();
        _ofB.Dispose();
    }
}
