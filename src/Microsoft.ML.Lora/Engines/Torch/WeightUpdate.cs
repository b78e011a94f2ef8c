using TorchSharp;
using Tensor = TorchSharp.torch.Tensor;

namespace Microsoft.ML.Lora.Engines.Torch;

/// <summary>
/// From gradients to moved weights, on the device from end to end: norm, clipping, moments over one flat buffer, rates, update. Whether loss
/// and gradients are finite is decided there too: if not, every value stays as it was.
/// </summary>
internal sealed class WeightUpdate : IDisposable
{
    /// <summary>As torch's <c>clip_grad_norm_</c> adds it to the norm it divides by.</summary>
    private const double ClippingEpsilon = 1e-6;

    private readonly OptimizerPlan _plan;
    private readonly double _scaling;
    private readonly TrainedTensors _trained;
    private readonly IReadOnlyList<FactorGroup> _groups;
    private readonly Tensor[] _frozenNorms;

    /// <param name="plan">How gradients become updates.</param>
    /// <param name="scaling">s.</param>
    /// <param name="trained">What is moved.</param>
    /// <param name="groups">The low-rank updates in it.</param>
    /// <param name="place">The device.</param>
    public WeightUpdate(OptimizerPlan plan, double scaling, TrainedTensors trained, IReadOnlyList<FactorGroup> groups, TorchPlace place)
    {
        (_plan, _scaling, _trained, _groups) = (plan, scaling, trained, groups);
        Rates = [.. groups.Select(group => GroupRates.Of(plan.Rates, group, place))];
        _frozenNorms = [.. groups.Select(FrozenNorms)];
        if (HasMoments)
        {
            First = torch.zeros_like(trained.Weights).DetachFromDisposeScope();
            Second = torch.zeros_like(trained.Weights).DetachFromDisposeScope();
        }
    }

    /// <summary>Whether there are moments.</summary>
    public bool HasMoments => _plan.Optimizer != BaseOptimizer.GradientDescent;

    /// <summary>First moments, laid out like the weights; <see langword="null"/> without moments.</summary>
    public Tensor? First { get; }

    /// <summary>Second moments, laid out like the weights; <see langword="null"/> without moments.</summary>
    public Tensor? Second { get; }

    /// <summary>The rates of each group.</summary>
    public IReadOnlyList<GroupRates> Rates { get; }

    private double DecayApart => _plan.Optimizer == BaseOptimizer.Adam ? 0 : _plan.WeightDecay;

    /// <summary>Moves the weights.</summary>
    /// <param name="loss">The loss, on the device.</param>
    /// <param name="schedule">Where the step stands.</param>
    /// <param name="step">Its number, from 1, if it counts.</param>
    /// <returns>On the device, in 64 bits: the loss, the norm of the gradients, then the α's and β's of each group, schedule included.</returns>
    public Tensor Run(Tensor loss, StepSchedule schedule, long step)
    {
        using IDisposable plain = torch.no_grad();
        Tensor norm = _trained.Gradients!.norm();
        Tensor isFinite = loss.isfinite().logical_and(norm.isfinite());
        Tensor gradients = Clipped(norm);
        FactorStatistics[] statistics = Precondition(gradients, schedule);
        Tensor direction = Direction(gradients, step, isFinite);
        var found = new List<Tensor> { loss.view(1).to_type(torch.ScalarType.Float64), norm.view(1).to_type(torch.ScalarType.Float64) };
        for (int i = 0; i < _groups.Count; i++)
        {
            found.AddRange(Move(i, statistics[i], direction, isFinite));
        }

        MoveHead(direction, isFinite, _plan.Rates.RateOfHead * schedule.Share);
        return torch.cat(found.ToArray());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        First?.Dispose();
        Second?.Dispose();
        foreach (IDisposable owned in (IEnumerable<IDisposable>)[.. Rates, .. _frozenNorms])
        {
            owned.Dispose();
        }
    }

    private static Tensor FrozenNorms(FactorGroup group)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        return group.Frozen.square().sum([1, 2], type: torch.ScalarType.Float64).sqrt().DetachFromDisposeScope();
    }

    private Tensor Clipped(Tensor norm) => _plan.MaxGradientNorm is { } most
        ? _trained.Gradients!.mul(norm.add(ClippingEpsilon).reciprocal().mul(most).clamp(max: 1))
        : _trained.Gradients!.clone();

    /// <summary>Multiplies the gradients of each group with what its rule gives, in place, and returns what was told to the rules.</summary>
    private FactorStatistics[] Precondition(Tensor gradients, StepSchedule schedule)
    {
        var statistics = new FactorStatistics[_groups.Count];
        for (int i = 0; i < _groups.Count; i++)
        {
            statistics[i] = new FactorStatistics { Group = _groups[i], Scaling = _scaling, FrozenNorm = _frozenNorms[i], Schedule = schedule };
            if (_plan.Rates.Statistics >= AdapterStatistics.Factors)
            {
                (Tensor a, Tensor b) = _groups[i].In(_trained.Weights);
                statistics[i] = statistics[i].WithFactors(a, b);
            }

            if (_plan.Rates.Preconditions && Rates[i].Precondition(statistics[i]) is { } factors)
            {
                (Tensor a, Tensor b) = _groups[i].In(gradients);
                a.copy_(factors.OfA.bmm(a));
                b.copy_(b.bmm(factors.OfB));
            }
        }

        return statistics;
    }

    /// <summary>What the base optimizer proposes, at unit rate; zeros if the step does not count.</summary>
    private Tensor Direction(Tensor gradients, long step, Tensor isFinite)
    {
        Tensor direction = gradients;
        if (HasMoments)
        {
            Tensor gradient = _plan.Optimizer == BaseOptimizer.Adam && _plan.WeightDecay != 0 ? gradients.add(_trained.Weights.mul(_plan.WeightDecay)) : gradients;
            Tensor first = First!.mul(_plan.Beta1).add(gradient.mul(1 - _plan.Beta1));
            Tensor second = Second!.mul(_plan.Beta2).add(gradient.square().mul(1 - _plan.Beta2));
            double rootCorrection = 1 / Math.Sqrt(1 - Math.Pow(_plan.Beta2, step));
            direction = first.mul(1 / (1 - Math.Pow(_plan.Beta1, step))).div(second.sqrt().mul(rootCorrection).add(_plan.Epsilon));
            First!.copy_(torch.where(isFinite, first, First!));
            Second!.copy_(torch.where(isFinite, second, Second!));
        }

        return torch.where(isFinite, direction, torch.zeros_like(direction));
    }

    /// <summary>Moves the factors of one group. Returns its α's and β's, schedule included.</summary>
    private Tensor[] Move(int number, FactorStatistics statistics, Tensor direction, Tensor isFinite)
    {
        (Tensor a, Tensor b) = _groups[number].In(_trained.Weights);
        (Tensor directionA, Tensor directionB) = _groups[number].In(direction);
        if (_plan.Rates.Statistics >= AdapterStatistics.Directions)
        {
            statistics = statistics.WithDirections(a, b, directionA, directionB);
        }

        (Tensor rateA, Tensor rateB) = Rates[number].Decide(statistics, isFinite);
        rateA = rateA.mul(statistics.Schedule.Share);
        rateB = rateB.mul(statistics.Schedule.Share);
        a.add_(Change(a, directionA, rateA, isFinite));
        b.add_(Change(b, directionB, rateB, isFinite));
        return [rateA, rateB];
    }

    /// <summary>−rate · (Δ + decay · w), with a rate for each matrix.</summary>
    private Tensor Change(Tensor weights, Tensor direction, Tensor rates, Tensor isFinite)
    {
        Tensor signed = torch.where(isFinite, rates.neg(), torch.zeros_like(rates)).to_type(torch.ScalarType.Float32).view(-1, 1, 1);
        return (DecayApart == 0 ? direction : direction.add(weights.mul(DecayApart))).mul(signed);
    }

    private void MoveHead(Tensor direction, Tensor isFinite, double rate)
    {
        long start = _trained.Layout.HeadStart;
        long count = _trained.Layout.Length - start;
        Tensor weights = _trained.Weights.narrow(0, start, count);
        Tensor whole = direction.narrow(0, start, count);
        Tensor signed = isFinite.to_type(torch.ScalarType.Float32).mul(-rate);
        weights.add_((DecayApart == 0 ? whole : whole.add(weights.mul(DecayApart))).mul(signed));
    }
}
