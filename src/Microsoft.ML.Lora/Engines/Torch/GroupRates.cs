using Microsoft.ML.Lora.Engines.Rates;
using Microsoft.ML.Lora.Models;
using TorchSharp;
using Tensor = TorchSharp.torch.Tensor;

namespace Microsoft.ML.Lora.Engines.Torch;

/// <summary>
/// A rate rule for all M matrices of a group. It decides on the host: the step waits for the device there anyway, some hundred numbers a matrix
/// cost less to bring over than the device's many small calls would, and every rule answers what it answers the managed engine.
/// </summary>
internal sealed class GroupRates
{
    private readonly AdapterRateRule _rule;
    private readonly FactorGroup _group;
    private readonly TorchPlace _place;
    private readonly HostStatistics _statistics;
    private readonly float[] _state;
    private int? _notFinite;

    /// <param name="rule">The rule.</param>
    /// <param name="group">The matrices.</param>
    /// <param name="scaling">s.</param>
    /// <param name="place">The device.</param>
    public GroupRates(AdapterRateRule rule, FactorGroup group, double scaling, TorchPlace place)
    {
        (_rule, _group, _place) = (rule, group, place);
        _state = new float[group.Matrices * rule.StateLength];
        for (int i = 0; i < group.Matrices; i++)
        {
            rule.Start(State(i));
        }

        using DisposeScope scope = torch.NewDisposeScope();
        _statistics = new HostStatistics(group, scaling, HostCopy.Of(group.Frozen.square().sum([1, 2], type: torch.ScalarType.Float64).sqrt()));
    }

    /// <summary>How many numbers tell of a step's preconditioning on the device whether it succeeded.</summary>
    public int Marks => _rule is RiemannianRates ? 4 * _group.Matrices : 0;

    /// <summary>Multiplies gradients with what the rule gives, in place. Only a rule that is not built in makes the step wait for the device here.</summary>
    /// <param name="products">Of the factors.</param>
    /// <param name="gradients">Of A, (M, r, in), and of B, (M, out, r).</param>
    /// <param name="schedule">Where the step stands.</param>
    /// <returns>What <see cref="RequirePreconditioners"/> reads once it is on the host: <see cref="Marks"/> numbers in all.</returns>
    public Tensor[] Precondition(FactorProducts products, (Tensor A, Tensor B) gradients, StepSchedule schedule)
    {
        if (_rule is RiemannianRates riemannian)
        {
            (Tensor ofA, Tensor[] marksOfA) = Inverse(products.Columns, riemannian.Epsilon);
            (Tensor ofB, Tensor[] marksOfB) = Inverse(products.Rows, riemannian.Epsilon);
            Multiply(gradients, ofA, ofB);
            return [.. marksOfA, .. marksOfB];
        }

        (Tensor askedOfA, Tensor askedOfB) = Asked(products, schedule);
        Multiply(gradients, askedOfA, askedOfB);
        return [];
    }

    /// <summary>Refuses what the rule gave to the latest <see cref="Precondition"/>, if that cannot be applied.</summary>
    /// <param name="marks">What that returned: of BᵀB and then of AAᵀ, M numbers of the inversion and M of the inverse, which are 0 where all is well.</param>
    /// <param name="step">Number of the step.</param>
    /// <exception cref="DivergenceException">It is not finite, or a product cannot be inverted.</exception>
    public void RequirePreconditioners(ReadOnlySpan<float> marks, long step)
    {
        if (_notFinite is { } matrix)
        {
            throw RateChecks.Preconditioner(_rule, NameOf(matrix), step);
        }

        for (int i = 0; i < marks.Length; i++)
        {
            if (marks[i] != 0)
            {
                string name = NameOf(i % _group.Matrices);
                bool ofInversion = i / _group.Matrices % 2 == 0;
                throw ofInversion ? RateChecks.NoInverse(_rule, name, step, (int)marks[i] - 1) : RateChecks.Preconditioner(_rule, name, step);
            }
        }
    }

    /// <summary>The rates of this step, schedule included: the α's of the matrices, then their β's.</summary>
    /// <param name="products">The rows' products of all matrices and then the columns', as the rule asks for them; empty for none.</param>
    /// <param name="schedule">Where the step stands.</param>
    /// <param name="step">Number of the step.</param>
    /// <exception cref="DivergenceException">The rule's answer is not finite.</exception>
    /// <exception cref="InvalidOperationException">The rule's answer is negative.</exception>
    public double[] Decide(ReadOnlySpan<float> products, StepSchedule schedule, long step)
    {
        var rates = new double[2 * _group.Matrices];
        int side = products.Length / 2;
        for (int i = 0; i < _group.Matrices; i++)
        {
            AdapterFactorRates full = _rule.Decide(_statistics.Describe(i, products[..side], products[side..], schedule), State(i));
            RateChecks.Rates(_rule, NameOf(i), full, step);
            (rates[i], rates[_group.Matrices + i]) = (full.A * schedule.Share, full.B * schedule.Share);
        }

        return rates;
    }

    /// <summary>A copy of what is remembered, matrix by matrix.</summary>
    public float[] Export() => [.. _state];

    /// <summary>Sets what is remembered.</summary>
    public void Import(float[] state) => state.CopyTo(_state, 0);

    private string NameOf(int matrix) =>
        TrainedNames.Module(_group.FirstLayer + (matrix / _group.Targets.Length), _group.Targets[matrix % _group.Targets.Length]);

    private Span<float> State(int matrix) => _state.AsSpan(matrix * _rule.StateLength, _rule.StateLength);

    private static void Multiply((Tensor A, Tensor B) gradients, Tensor ofA, Tensor ofB)
    {
        gradients.A.copy_(ofA.bmm(gradients.A));
        gradients.B.copy_(gradients.B.bmm(ofB));
    }

    /// <summary>
    /// (P + ε·I)⁻¹ of each product, computed in 64 bits; M numbers that are 0, or of a matrix without an inverse the number of the pivot, from 1, that is 0;
    /// and M that are 0, or not a number where an inverse is not finite in single precision.
    /// </summary>
    private (Tensor Inverse, Tensor[] Marks) Inverse(Tensor products, double epsilon)
    {
        using Scalar ridge = epsilon;
        using Scalar nothing = 0.0;
        Tensor identity = torch.eye(_group.Rank, dtype: torch.ScalarType.Float64, device: _place.Device);
        (Tensor inverse, Tensor pivots) = torch.linalg.inv_ex(products.to_type(torch.ScalarType.Float64).add(identity, ridge));
        Tensor single = inverse.to_type(torch.ScalarType.Float32);
        return (single, [pivots.to_type(torch.ScalarType.Float32), single.mul(nothing).sum([1, 2])]);
    }

    private (Tensor OfA, Tensor OfB) Asked(FactorProducts products, StepSchedule schedule)
    {
        int size = _group.Rank * _group.Rank;
        var ofA = new double[_group.Matrices * size];
        var ofB = new double[_group.Matrices * size];
        (float[] rows, float[] columns) = (HostCopy.Of(products.Rows), HostCopy.Of(products.Columns));
        _notFinite = null;
        for (int i = 0; i < _group.Matrices; i++)
        {
            Span<double> ownOfA = ofA.AsSpan(i * size, size);
            Span<double> ownOfB = ofB.AsSpan(i * size, size);
            _rule.Precondition(_statistics.Describe(i, rows, columns, schedule), ownOfA, ownOfB);
            if (_notFinite is null && !(IsFinite(ownOfA) && IsFinite(ownOfB)))
            {
                _notFinite = i;
            }
        }

        return (Upload(ofA), Upload(ofB));
    }

    /// <summary>Whether values are finite in single precision.</summary>
    private static bool IsFinite(ReadOnlySpan<double> values)
    {
        foreach (double value in values)
        {
            if (!float.IsFinite((float)value))
            {
                return false;
            }
        }

        return true;
    }

    private Tensor Upload(double[] products) =>
        TokenBatch.Upload(products, _place).to_type(torch.ScalarType.Float32).view(_group.Matrices, _group.Rank, _group.Rank);
}
