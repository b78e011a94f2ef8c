using TorchSharp;
using Tensor = TorchSharp.torch.Tensor;

namespace Microsoft.ML.Lora.Engines.Torch;

/// <summary>
/// From gradients to moved weights: norm, clipping and moments over one flat buffer, then the one moment at which a step waits for the device,
/// for what <see cref="StepResult"/> says and what rate rules read; then the update, which is not waited for. Where loss or gradients are not
/// finite, every value stays as it was.
/// </summary>
internal sealed class WeightUpdate : IDisposable
{
    /// <summary>As torch's <c>clip_grad_norm_</c> adds it to the norm it divides by.</summary>
    private const double ClippingEpsilon = 1e-6;

    private readonly OptimizerPlan _plan;
    private readonly TrainedTensors _trained;
    private readonly IReadOnlyList<FactorGroup> _groups;
    private readonly GroupRates[] _rates;
    private readonly TorchPlace _place;

    /// <param name="plan">How gradients become updates.</param>
    /// <param name="scaling">s.</param>
    /// <param name="trained">What is moved.</param>
    /// <param name="groups">The low-rank updates in it.</param>
    /// <param name="place">The device.</param>
    public WeightUpdate(OptimizerPlan plan, double scaling, TrainedTensors trained, IReadOnlyList<FactorGroup> groups, TorchPlace place)
    {
        (_plan, _trained, _groups, _place) = (plan, trained, groups, place);
        _rates = [.. groups.Select(group => new GroupRates(plan.Rates, group, scaling, place))];
        Matrices = new AdaptedMatrices(groups, _rates, plan.Rates);
        if (HasMoments)
        {
            First = torch.zeros_like(trained.Weights).DetachFromDisposeScope();
            Second = torch.zeros_like(trained.Weights).DetachFromDisposeScope();
        }
    }

    /// <summary>The adapted matrices one by one.</summary>
    public AdaptedMatrices Matrices { get; }

    /// <summary>Whether there are moments.</summary>
    public bool HasMoments => _plan.Optimizer != BaseOptimizer.GradientDescent;

    /// <summary>First moments, laid out like the weights; <see langword="null"/> without moments.</summary>
    public Tensor? First { get; private set; }

    /// <summary>Second moments, laid out like the weights; <see langword="null"/> without moments.</summary>
    public Tensor? Second { get; private set; }

    private double DecayApart => _plan.Optimizer == BaseOptimizer.Adam ? 0 : _plan.WeightDecay;

    private bool AsksForFactors => _plan.Rates.Statistics >= AdapterStatistics.Factors;

    /// <summary>Moves the weights, if loss and gradients are finite.</summary>
    /// <param name="loss">The loss, on the device.</param>
    /// <param name="schedule">Where the step stands.</param>
    /// <param name="step">Its number, from 1, if it counts.</param>
    /// <exception cref="DivergenceException">A rate, or what the rule preconditions with, is not finite. Nothing is moved.</exception>
    /// <exception cref="InvalidOperationException">A rate is negative.</exception>
    public StepResult Run(Tensor loss, StepSchedule schedule, long step)
    {
        using IDisposable plain = torch.no_grad();
        Tensor norm = _trained.Gradients!.norm();
        Tensor gradients = Clipped(norm);
        (FactorProducts?[] ofFactors, List<Tensor> marks) = Precondition(gradients, schedule);
        (Tensor direction, Tensor? first, Tensor? second) = HasMoments ? Propose(gradients, step) : (gradients, null, null);

        // All that does not wait for the rates is on its way before they are waited for: afterwards the device has nothing to do until the weights move.
        (IReadOnlyList<MovedPart> factors, MovedPart head) = Parts(direction);
        float[] found = HostCopy.Of(torch.cat([loss.view(1), norm.view(1), .. marks, .. Products(ofFactors, direction)]));
        var result = new StepResult(found[0], found[1]);
        if (result.IsFinite)
        {
            ReadOnlySpan<float> rest = found.AsSpan(2);
            foreach (GroupRates group in _rates)
            {
                group.RequirePreconditioners(rest[..group.Marks], step);
                rest = rest[group.Marks..];
            }

            double[][] rates = Decide(rest, schedule, step);
            Matrices.Keep(rates);
            Move(rates, factors, head, _plan.Rates.RateOfHead * schedule.Share);
            Remember(first, second);
        }

        return result;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        First?.Dispose();
        Second?.Dispose();
    }

    /// <summary>g / max(1, (‖g‖ + ε) / most), or the gradients themselves; a copy where it will be written to.</summary>
    private Tensor Clipped(Tensor norm)
    {
        if (_plan.MaxGradientNorm is not { } most)
        {
            return _plan.Rates.Preconditions ? _trained.Gradients!.clone() : _trained.Gradients!;
        }

        using Scalar share = 1 / (double)most;
        using Scalar least = ClippingEpsilon / most;
        using Scalar one = 1.0;
        return _trained.Gradients!.div(norm.mul(share).add(least).clamp(min: one));
    }

    /// <summary>
    /// Multiplies the gradients of each group with what its rule gives, in place, and returns the factors' products where they suffice to the rule, and
    /// what tells of all groups whether this succeeded.
    /// </summary>
    private (FactorProducts?[] Products, List<Tensor> Marks) Precondition(Tensor gradients, StepSchedule schedule)
    {
        var marks = new List<Tensor>();
        var products = new FactorProducts?[_groups.Count];
        for (int i = 0; i < products.Length && AsksForFactors; i++)
        {
            if (_plan.Rates.Preconditions || _plan.Rates.Statistics == AdapterStatistics.Factors)
            {
                (Tensor a, Tensor b) = _groups[i].In(_trained.Weights);
                products[i] = FactorProducts.Of(a, b);
            }

            if (_plan.Rates.Preconditions)
            {
                marks.AddRange(_rates[i].Precondition(products[i]!, _groups[i].In(gradients), schedule));
            }
        }

        return (products, marks);
    }

    /// <summary>What the base optimizer proposes, at unit rate, and its moments if the step counts.</summary>
    private (Tensor Direction, Tensor First, Tensor Second) Propose(Tensor gradients, long step)
    {
        using Scalar keepsFirst = (double)_plan.Beta1;
        using Scalar takesFirst = 1 - (double)_plan.Beta1;
        using Scalar keepsSecond = (double)_plan.Beta2;
        using Scalar takesSecond = 1 - (double)_plan.Beta2;
        using Scalar decay = (double)_plan.WeightDecay;
        Tensor gradient = _plan.Optimizer == BaseOptimizer.Adam && _plan.WeightDecay != 0 ? gradients.add(_trained.Weights, decay) : gradients;
        Tensor first = First!.mul(keepsFirst).add_(gradient, takesFirst);
        Tensor second = Second!.mul(keepsSecond).addcmul_(gradient, gradient, takesSecond);

        // Both corrections of the moments are in the divisor, which spares a pass over the numbers.
        double correction = 1 - Math.Pow(_plan.Beta1, step);
        using Scalar scale = correction / Math.Sqrt(1 - Math.Pow(_plan.Beta2, step));
        using Scalar least = correction * _plan.Epsilon;
        return (first.div(second.sqrt().mul_(scale).add_(least)), first, second);
    }

    /// <summary>The products that the rule asks for, group by group as flat tensors: the rows', then the columns'.</summary>
    private IEnumerable<Tensor> Products(FactorProducts?[] ofFactors, Tensor direction)
    {
        for (int i = 0; i < _groups.Count && AsksForFactors; i++)
        {
            FactorProducts products = ofFactors[i]!;
            if (_plan.Rates.Statistics >= AdapterStatistics.Directions)
            {
                (Tensor a, Tensor b) = _groups[i].In(_trained.Weights);
                (Tensor directionA, Tensor directionB) = _groups[i].In(direction);
                products = FactorProducts.Of(a, b, directionA, directionB);
            }

            yield return products.Rows.view(-1);
            yield return products.Columns.view(-1);
        }
    }

    private double[][] Decide(ReadOnlySpan<float> products, StepSchedule schedule, long step)
    {
        int width = _plan.Rates.Statistics switch
        {
            AdapterStatistics.None => 0,
            AdapterStatistics.Factors => 1,
            _ => 2,
        };
        var rates = new double[_groups.Count][];
        for (int i = 0; i < rates.Length; i++)
        {
            int length = 2 * _groups[i].Matrices * width * _groups[i].Rank * width * _groups[i].Rank;
            rates[i] = _rates[i].Decide(products[..length], schedule, step);
            products = products[length..];
        }

        return rates;
    }

    /// <summary>Weights beside what they are moved by at unit rate, Δ + decay · w: the A's and the B's of each group in turn, and all that are no factors.</summary>
    private (IReadOnlyList<MovedPart> Factors, MovedPart Head) Parts(Tensor direction)
    {
        using Scalar decay = DecayApart;
        Tensor change = DecayApart == 0 ? direction : direction.add(_trained.Weights, decay);
        var factors = new List<MovedPart>();
        foreach (FactorGroup group in _groups)
        {
            (Tensor a, Tensor b) = group.In(_trained.Weights);
            (Tensor changeA, Tensor changeB) = group.In(change);
            factors.Add(new MovedPart(a, changeA, group.Matrices));
            factors.Add(new MovedPart(b, changeB, group.Matrices));
        }

        (long start, long count) = (_trained.Layout.HeadStart, _trained.Layout.Length - _trained.Layout.HeadStart);
        return (factors, new MovedPart(_trained.Weights.narrow(0, start, count), change.narrow(0, start, count), 1));
    }

    /// <summary>w ← w − rate · change, with a rate for each matrix and one for all else.</summary>
    private void Move(double[][] rates, IReadOnlyList<MovedPart> factors, MovedPart head, double rateOfHead)
    {
        using Scalar one = 1.0;
        using Scalar ofHead = -rateOfHead;
        float[] signed = [.. rates.SelectMany(group => group).Select(rate => (float)-rate)];
        Tensor? uploaded = signed.Length == 0 ? null : TokenBatch.Upload(signed, _place);

        // Said before anything moves, so that what was merged is not taken for current if the device fails in between.
        _trained.Moved();
        if (uploaded is not null)
        {
            Tensor onDevice = uploaded.view(-1, 1, 1);
            int start = 0;
            foreach (MovedPart part in factors)
            {
                part.Weights.addcmul_(part.Change, onDevice.narrow(0, start, part.Matrices), one);
                start += part.Matrices;
            }
        }

        head.Weights.add_(head.Change, ofHead);
    }

    private void Remember(Tensor? first, Tensor? second)
    {
        if (first is not null && second is not null)
        {
            Dispose();
            (First, Second) = (first.DetachFromDisposeScope(), second.DetachFromDisposeScope());
        }
    }
}
