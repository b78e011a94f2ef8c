using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>Moves the factors of every low-rank update as a rate rule says.</summary>
internal sealed class AdapterUpdates
{
    private readonly GradientOptimizer _optimizer;
    private readonly double _scaling;
    private readonly float[] _states;
    private readonly AdapterFactorRates[] _rates;
    private readonly Stack<FactorProducts> _products;

    /// <param name="matrices">The adapted matrices.</param>
    /// <param name="rule">What decides their rates.</param>
    /// <param name="optimizer">What gives directions.</param>
    /// <param name="scaling">s.</param>
    /// <param name="threads">The most matrices that are updated at once.</param>
    public AdapterUpdates(IReadOnlyList<AdaptedMatrix> matrices, AdapterRateRule rule, GradientOptimizer optimizer, double scaling, int threads)
    {
        (Matrices, Rule, _optimizer, _scaling) = (matrices, rule, optimizer, scaling);
        _rates = new AdapterFactorRates[matrices.Count];
        _states = new float[matrices.Count * rule.StateLength];
        for (int i = 0; i < matrices.Count; i++)
        {
            rule.Start(State(i));
        }

        FactorProducts Products(AdaptedMatrix _) => new(
            rule, matrices[0].Rank, matrices.Max(matrix => matrix.A.Length), matrices.Max(matrix => matrix.B.Length));
        _products = new Stack<FactorProducts>(matrices.Take(threads).Select(Products));
    }

    /// <summary>The adapted matrices.</summary>
    public IReadOnlyList<AdaptedMatrix> Matrices { get; }

    /// <summary>What decides the rates.</summary>
    public AdapterRateRule Rule { get; }

    /// <summary>The rates of the latest step, schedule included.</summary>
    public IReadOnlyList<AdapterRate> Rates => [.. Matrices.Select((matrix, i) => new AdapterRate(matrix.Name, _rates[i].A, _rates[i].B))];

    /// <summary>Moves both factors of one matrix. Safe for several matrices at once.</summary>
    /// <param name="number">Number of the matrix.</param>
    /// <param name="schedule">Where the step stands.</param>
    /// <param name="weights">The flat buffer of weights. Updated in place.</param>
    /// <param name="gradients">The flat buffer of gradients.</param>
    /// <param name="gradientScale">What clipping leaves of the gradients.</param>
    /// <exception cref="DivergenceException">The rule's answer, or what it preconditions with, is not finite. Nothing of this matrix is moved.</exception>
    /// <exception cref="InvalidOperationException">The rule's answer is negative. Nothing of this matrix is moved.</exception>
    public void Update(int number, StepSchedule schedule, Span<float> weights, Span<float> gradients, float gradientScale)
    {
        FactorProducts products = Rent();
        try
        {
            Update(number, schedule, weights, gradients, gradientScale, products);
        }
        finally
        {
            Return(products);
        }
    }

    /// <summary>A copy of what the rule remembers.</summary>
    public IReadOnlyList<NamedTensor> Export() => Rule.StateLength == 0
        ? []
        : [.. Matrices.Select((matrix, i) => new NamedTensor(matrix.Name, [Rule.StateLength], State(i).ToArray()))];

    /// <summary>Makes sure that <see cref="Import"/> can set these states.</summary>
    /// <exception cref="InvalidDataException">A matrix's state is missing, misshapen, or of no matrix here.</exception>
    public void Check(IReadOnlyList<NamedTensor> states) => RateChecks.States(Rule, [.. Matrices.Select(matrix => matrix.Name)], states);

    /// <summary>Sets what the rule remembers.</summary>
    /// <param name="states">In the order of the matrices, as <see cref="Check"/> found them right.</param>
    public void Import(IReadOnlyList<NamedTensor> states)
    {
        for (int i = 0; i < states.Count; i++)
        {
            states[i].Values.CopyTo(State(i));
        }
    }

    private void Update(
        int number, StepSchedule schedule, Span<float> weights, Span<float> gradients, float gradientScale, FactorProducts products)
    {
        AdaptedMatrix matrix = Matrices[number];
        ReadOnlySpan<float> gradA = matrix.A.In(gradients);
        ReadOnlySpan<float> gradB = matrix.B.In(gradients);
        if (Rule.Statistics >= AdapterStatistics.Factors)
        {
            products.MultiplyFactors(matrix, matrix.A.In(weights), matrix.B.In(weights));
        }

        if (Rule.Preconditions && !products.TryPrecondition(Rule, products.Describe(matrix, _scaling, schedule), matrix, ref gradA, ref gradB))
        {
            throw RateChecks.Preconditioner(Rule, matrix.Name, _optimizer.Steps);
        }

        if (Rule.Statistics < AdapterStatistics.Directions)
        {
            AdapterFactorRates rates = Decide(number, products.Describe(matrix, _scaling, schedule));
            _optimizer.Update(matrix.A, weights, gradA, (float)rates.A, gradientScale);
            _optimizer.Update(matrix.B, weights, gradB, (float)rates.B, gradientScale);
            return;
        }

        _optimizer.Direct(matrix.A, weights, gradA, gradientScale, products.DirectionA(matrix));
        _optimizer.Direct(matrix.B, weights, gradB, gradientScale, products.DirectionB(matrix));
        products.MultiplyDirections(matrix, matrix.A.In(weights), matrix.B.In(weights));
        AdapterFactorRates found = Decide(number, products.Describe(matrix, _scaling, schedule));
        _optimizer.Move(matrix.A, weights, products.DirectionA(matrix), (float)found.A);
        _optimizer.Move(matrix.B, weights, products.DirectionB(matrix), (float)found.B);
    }

    /// <summary>The rule's answer for one matrix, with the schedule applied.</summary>
    private AdapterFactorRates Decide(int number, in AdapterStep step)
    {
        AdapterFactorRates full = Rule.Decide(step, State(number));
        RateChecks.Rates(Rule, Matrices[number].Name, full, _optimizer.Steps);
        return _rates[number] = new AdapterFactorRates(full.A * step.Share, full.B * step.Share);
    }

    private Span<float> State(int number) => _states.AsSpan(number * Rule.StateLength, Rule.StateLength);

    private FactorProducts Rent()
    {
        lock (_products)
        {
            return _products.Pop();
        }
    }

    private void Return(FactorProducts products)
    {
        lock (_products)
        {
            _products.Push(products);
        }
    }
}
