using Tensor = TorchSharp.torch.Tensor;

namespace Microsoft.ML.Lora.Engines.Torch;

/// <summary>A group's statistics on the host, where a rule of the user's own reads them.</summary>
internal sealed class HostStatistics
{
    private readonly FactorStatistics _source;
    private readonly float[] _frozenNorms;
    private readonly float[] _factorsOfA;
    private readonly float[] _factorsOfB;
    private readonly float[] _directionsOfA;
    private readonly float[] _directionsOfB;
    private readonly float[] _crossOfA;
    private readonly float[] _crossOfB;

    /// <param name="source">On the device. This waits for it.</param>
    public HostStatistics(FactorStatistics source)
    {
        _source = source;
        _frozenNorms = HostCopy.Of(source.FrozenNorm);
        _factorsOfA = Copy(source.FactorsOfA);
        _factorsOfB = Copy(source.FactorsOfB);
        _directionsOfA = Copy(source.DirectionsOfA);
        _directionsOfB = Copy(source.DirectionsOfB);
        _crossOfA = Copy(source.CrossOfA);
        _crossOfB = Copy(source.CrossOfB);
    }

    /// <summary>What the rule is told of one matrix.</summary>
    /// <param name="matrix">Its number in the group.</param>
    public AdapterStep Describe(int matrix) => new()
    {
        Rank = _source.Group.Rank,
        Inputs = _source.Group.Inputs,
        Outputs = _source.Group.Outputs,
        Scaling = _source.Scaling,
        FrozenNorm = _frozenNorms[matrix],
        Share = _source.Schedule.Share,
        IsWarmup = _source.Schedule.IsWarmup,
        FactorsOfA = Of(_factorsOfA, matrix),
        FactorsOfB = Of(_factorsOfB, matrix),
        DirectionsOfA = Of(_directionsOfA, matrix),
        DirectionsOfB = Of(_directionsOfB, matrix),
        CrossOfA = Of(_crossOfA, matrix),
        CrossOfB = Of(_crossOfB, matrix),
    };

    private ReadOnlySpan<float> Of(float[] products, int matrix)
    {
        int size = _source.Group.Rank * _source.Group.Rank;
        return products.Length == 0 ? [] : products.AsSpan(matrix * size, size);
    }

    private static float[] Copy(Tensor? products) => products is null ? [] : HostCopy.Of(products);
}
