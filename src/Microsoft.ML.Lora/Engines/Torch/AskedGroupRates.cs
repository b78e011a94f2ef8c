using TorchSharp;
using Tensor = TorchSharp.torch.Tensor;

namespace Microsoft.ML.Lora.Engines.Torch;

/// <summary>A rule of the user's own, asked on the host for each matrix of a group. The step waits for the device each time.</summary>
internal sealed class AskedGroupRates : GroupRates
{
    private readonly AdapterRateRule _rule;
    private readonly FactorGroup _group;
    private readonly TorchPlace _place;
    private readonly float[] _state;

    /// <param name="rule">The rule.</param>
    /// <param name="group">The matrices.</param>
    /// <param name="place">The device.</param>
    public AskedGroupRates(AdapterRateRule rule, FactorGroup group, TorchPlace place)
    {
        (_rule, _group, _place) = (rule, group, place);
        _state = new float[group.Matrices * rule.StateLength];
        for (int i = 0; i < group.Matrices; i++)
        {
            rule.Start(State(i));
        }
    }

    /// <inheritdoc/>
    public override (Tensor OfA, Tensor OfB)? Precondition(FactorStatistics statistics)
    {
        if (!_rule.Preconditions)
        {
            return null;
        }

        int size = _group.Rank * _group.Rank;
        var ofA = new double[_group.Matrices * size];
        var ofB = new double[_group.Matrices * size];
        HostStatistics host = new(statistics);
        for (int i = 0; i < _group.Matrices; i++)
        {
            _rule.Precondition(host.Describe(i), ofA.AsSpan(i * size, size), ofB.AsSpan(i * size, size));
        }

        return (Upload(ofA), Upload(ofB));
    }

    /// <inheritdoc/>
    public override (Tensor A, Tensor B) Decide(FactorStatistics statistics, Tensor isFinite)
    {
        var ofA = new double[_group.Matrices];
        var ofB = new double[_group.Matrices];
        if (isFinite.item<bool>())
        {
            HostStatistics host = new(statistics);
            for (int i = 0; i < _group.Matrices; i++)
            {
                AdapterFactorRates rates = _rule.Decide(host.Describe(i), State(i));
                (ofA[i], ofB[i]) = (rates.A, rates.B);
            }
        }

        return (TokenBatch.Upload(ofA, _place), TokenBatch.Upload(ofB, _place));
    }

    /// <inheritdoc/>
    public override float[] Export() => [.. _state];

    /// <inheritdoc/>
    public override void Import(float[] state) => state.CopyTo(_state, 0);

    /// <summary>Does nothing: what is remembered is the garbage collector's.</summary>
    public override void Dispose()
    {
    }

    private Span<float> State(int matrix) => _state.AsSpan(matrix * _rule.StateLength, _rule.StateLength);

    private Tensor Upload(double[] products) =>
        TokenBatch.Upload(products, _place).to_type(torch.ScalarType.Float32).view(_group.Matrices, _group.Rank, _group.Rank);
}
