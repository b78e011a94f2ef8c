using Microsoft.ML.Lora.Engines.Rates;
using TorchSharp;
using Tensor = TorchSharp.torch.Tensor;

namespace Microsoft.ML.Lora.Engines.Torch;

/// <summary>
/// <see cref="BalancedRates"/> and <see cref="AdaptiveRates"/> for a group: their formulas over vectors of M matrices, in 64 bits, with what
/// they remember kept in 32 as they keep it.
/// </summary>
internal sealed class LearnedGroupRates : GroupRates
{
    private readonly AdapterRateRule _rule;
    private readonly AdaptiveRates? _adaptive;
    private readonly Tensor _state;

    /// <param name="rule">The rule.</param>
    /// <param name="adaptive">What sets the size of a step; <see langword="null"/> where only the balance is learned.</param>
    /// <param name="group">The matrices.</param>
    /// <param name="place">The device.</param>
    public LearnedGroupRates(AdapterRateRule rule, AdaptiveRates? adaptive, FactorGroup group, TorchPlace place)
    {
        (_rule, _adaptive) = (rule, adaptive);
        var start = new float[rule.StateLength];
        rule.Start(start);
        float[] all = [.. Enumerable.Repeat(start, group.Matrices).SelectMany(values => values)];
        _state = place.Single(all, group.Matrices, rule.StateLength).DetachFromDisposeScope();
    }

    private bool LearnsRatio => _adaptive is null || _adaptive.LearnsRatio;

    private int ColumnOfRatio => _rule.StateLength - 1;

    /// <inheritdoc/>
    public override (Tensor A, Tensor B) Decide(FactorStatistics statistics, Tensor isFinite)
    {
        Tensor byA = FactorStatistics.Inner(statistics.FactorsOfB, statistics.DirectionsOfA);
        Tensor byB = FactorStatistics.Inner(statistics.DirectionsOfB, statistics.FactorsOfA);
        Tensor? logRatio = LearnsRatio ? LogRatio(statistics.Schedule, byA, byB) : null;
        Tensor root = logRatio is null ? torch.ones_like(byA) : logRatio.mul(0.5).exp();
        if (_adaptive is null)
        {
            Remember(isFinite, logRatio!);
            return (root.reciprocal().mul(_rule.RateOfHead), root.mul(_rule.RateOfHead));
        }

        // α·β is 1 before the size is applied, so that the mixed term needs no factor.
        Tensor square = byA.div(root.square()).add(byB.mul(root.square())).add(FactorStatistics.Inner(statistics.CrossOfB, statistics.CrossOfA).mul(2));
        Tensor norm = square.clamp(min: 0).sqrt().mul(statistics.Scaling);
        Tensor rate = Rate(statistics, norm, logRatio, isFinite);
        return (rate.div(root), rate.mul(root));
    }

    /// <inheritdoc/>
    public override float[] Export() => HostCopy.Of(_state);

    /// <inheritdoc/>
    public override void Import(float[] state) => TrainedTensors.Fill(_state, state);

    /// <inheritdoc/>
    public override void Dispose() => _state.Dispose();

    /// <summary>log λ after this step, as <see cref="LearnedRatio.Update"/> has it.</summary>
    private Tensor LogRatio(StepSchedule schedule, Tensor byA, Tensor byB)
    {
        Tensor before = Remembered(ColumnOfRatio);
        if (schedule.IsWarmup)
        {
            return before;
        }

        Tensor balanced = byA.div(byB).log().mul(0.5);
        Tensor after = before.add(balanced.sub(before).mul(LearnedRatio.Weight)).clamp(Math.Log(LearnedRatio.Least), Math.Log(LearnedRatio.Most));
        return Stored(torch.where(byA.gt(0).logical_and(byB.gt(0)), after, before));
    }

    /// <summary>c, with the mean of log norms updated, as <see cref="AdaptiveRates"/> has it.</summary>
    private Tensor Rate(FactorStatistics statistics, Tensor norm, Tensor? logRatio, Tensor isFinite)
    {
        Tensor mean = Remembered(0);
        Tensor weight = Remembered(1);
        Tensor seen = weight.gt(0);
        Tensor logNorm = norm.log();
        Tensor limited = torch.where(seen, logNorm.maximum(mean.sub(Math.Log(AdaptiveRates.Cap))), logNorm);
        Tensor newWeight = Stored(torch.where(seen, weight.div(weight.add(1)), torch.ones_like(weight)).clamp(min: AdaptiveRates.NormWeight));

        // The very first norm replaces a mean of nothing.
        Tensor newMean = Stored(torch.where(seen, mean.add(newWeight.mul(limited.sub(mean))), limited));
        Tensor rests = norm.eq(0).logical_and(seen.logical_not());
        Tensor counts = isFinite.logical_and(rests.logical_not());
        (newMean, newWeight) = (torch.where(counts, newMean, mean), torch.where(counts, newWeight, weight));
        Remember(isFinite, logRatio is null ? [newMean, newWeight] : [newMean, newWeight, logRatio]);
        Tensor rate = statistics.FrozenNorm.mul(_adaptive!.Tau).div(limited.exp());
        return torch.where(rests, torch.zeros_like(rate), torch.where(norm.isfinite(), rate, torch.full_like(rate, double.NaN)));
    }

    private Tensor Remembered(int column) => _state.select(1, column).to_type(torch.ScalarType.Float64);

    private void Remember(Tensor isFinite, params Tensor[] columns) =>
        _state.copy_(torch.where(isFinite, torch.stack(columns, 1).to_type(torch.ScalarType.Float32), _state));

    /// <summary>A value as it will be remembered: rounded to 32 bits.</summary>
    private static Tensor Stored(Tensor values) => values.to_type(torch.ScalarType.Float32).to_type(torch.ScalarType.Float64);
}
