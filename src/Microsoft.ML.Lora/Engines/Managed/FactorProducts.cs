using System.Numerics.Tensors;
using Microsoft.ML.Lora.Engines.Managed.Kernels;

namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>
/// The memory in which one thread at a time works out one matrix's step: preconditioned gradients, directions, and (r, r) products of them and
/// the factors. Only what the rule asks for is allocated.
/// </summary>
internal sealed class FactorProducts
{
    private readonly float[] _factorsOfA;
    private readonly float[] _factorsOfB;
    private readonly float[] _directionsOfA;
    private readonly float[] _directionsOfB;
    private readonly float[] _crossOfA;
    private readonly float[] _crossOfB;
    private readonly double[] _preconditionOfA;
    private readonly double[] _preconditionOfB;
    private readonly float[] _precondition;
    private readonly float[] _gradA;
    private readonly float[] _gradB;
    private readonly float[] _directionA;
    private readonly float[] _directionB;

    /// <param name="rule">What is asked for.</param>
    /// <param name="rank">r.</param>
    /// <param name="lengthOfA">Numbers in the largest A.</param>
    /// <param name="lengthOfB">Numbers in the largest B.</param>
    public FactorProducts(AdapterRateRule rule, int rank, int lengthOfA, int lengthOfB)
    {
        int factors = rule.Statistics >= AdapterStatistics.Factors ? rank * rank : 0;
        int directions = rule.Statistics >= AdapterStatistics.Directions ? rank * rank : 0;
        int precondition = rule.Preconditions ? rank * rank : 0;
        (_factorsOfA, _factorsOfB) = (new float[factors], new float[factors]);
        (_directionsOfA, _directionsOfB) = (new float[directions], new float[directions]);
        (_crossOfA, _crossOfB) = (new float[directions], new float[directions]);
        (_preconditionOfA, _preconditionOfB, _precondition) = (new double[precondition], new double[precondition], new float[precondition]);
        (_gradA, _gradB) = rule.Preconditions ? (new float[lengthOfA], new float[lengthOfB]) : ([], []);
        (_directionA, _directionB) = directions > 0 ? (new float[lengthOfA], new float[lengthOfB]) : ([], []);
    }

    /// <summary>ΔA of a matrix.</summary>
    public Span<float> DirectionA(AdaptedMatrix matrix) => _directionA.AsSpan(0, matrix.A.Length);

    /// <summary>ΔB of a matrix.</summary>
    public Span<float> DirectionB(AdaptedMatrix matrix) => _directionB.AsSpan(0, matrix.B.Length);

    /// <summary>Forms AAᵀ and BᵀB.</summary>
    public void MultiplyFactors(AdaptedMatrix matrix, ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        Rows(a, a, matrix, _factorsOfA);
        Columns(b, b, matrix, _factorsOfB);
    }

    /// <summary>Forms ΔA·ΔAᵀ, ΔA·Aᵀ, ΔBᵀ·ΔB and Bᵀ·ΔB.</summary>
    public void MultiplyDirections(AdaptedMatrix matrix, ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        Rows(DirectionA(matrix), DirectionA(matrix), matrix, _directionsOfA);
        Rows(DirectionA(matrix), a, matrix, _crossOfA);
        Columns(DirectionB(matrix), DirectionB(matrix), matrix, _directionsOfB);
        Columns(b, DirectionB(matrix), matrix, _crossOfB);
    }

    /// <summary>P_A·∇A and ∇B·P_B, with what the rule gives.</summary>
    /// <param name="rule">It preconditions.</param>
    /// <param name="step">With the factors' products.</param>
    /// <param name="matrix">The matrix.</param>
    /// <param name="gradA">∇A. Set to its preconditioned copy.</param>
    /// <param name="gradB">∇B. Set to its preconditioned copy.</param>
    /// <returns>Whether P_A and P_B are finite; if not, the gradients stay as they are.</returns>
    public bool TryPrecondition(
        AdapterRateRule rule, in AdapterStep step, AdaptedMatrix matrix, ref ReadOnlySpan<float> gradA, ref ReadOnlySpan<float> gradB)
    {
        int rank = matrix.Rank;
        rule.Precondition(step, _preconditionOfA, _preconditionOfB);
        if (!TensorPrimitives.IsFiniteAll(Single(_preconditionOfA)) || !TensorPrimitives.IsFiniteAll(Single(_preconditionOfB)))
        {
            return false;
        }

        Span<float> ofA = _gradA.AsSpan(0, matrix.A.Length);
        ofA.Clear();
        ThinProduct.GradDownAdd(Single(_preconditionOfA), rank, rank, gradA, matrix.Inputs, ofA, matrix.Inputs);
        Span<float> ofB = _gradB.AsSpan(0, matrix.B.Length);
        ofB.Clear();
        ThinProduct.GradDownAdd(gradB, matrix.Outputs, rank, Single(_preconditionOfB), rank, ofB, rank);
        gradA = ofA;
        gradB = ofB;
        return true;
    }

    /// <summary>What the rule is told, with the products formed so far this step.</summary>
    /// <param name="matrix">The matrix.</param>
    /// <param name="scaling">s.</param>
    /// <param name="schedule">Where the step stands.</param>
    public AdapterStep Describe(AdaptedMatrix matrix, double scaling, StepSchedule schedule) => new()
    {
        Rank = matrix.Rank,
        Inputs = matrix.Inputs,
        Outputs = matrix.Outputs,
        Scaling = scaling,
        FrozenNorm = matrix.FrozenNorm,
        Share = schedule.Share,
        IsWarmup = schedule.IsWarmup,
        FactorsOfA = _factorsOfA,
        FactorsOfB = _factorsOfB,
        DirectionsOfA = _directionsOfA,
        DirectionsOfB = _directionsOfB,
        CrossOfA = _crossOfA,
        CrossOfB = _crossOfB,
    };

    private ReadOnlySpan<float> Single(double[] values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            _precondition[i] = (float)values[i];
        }

        return _precondition;
    }

    /// <summary>X·Yᵀ of two (r, in) matrices.</summary>
    private static void Rows(ReadOnlySpan<float> x, ReadOnlySpan<float> y, AdaptedMatrix matrix, Span<float> product) =>
        ThinProduct.Down(x, matrix.Rank, matrix.Inputs, matrix.Inputs, y, matrix.Rank, product);

    /// <summary>Xᵀ·Y of two (out, r) matrices.</summary>
    private static void Columns(ReadOnlySpan<float> x, ReadOnlySpan<float> y, AdaptedMatrix matrix, Span<float> product)
    {
        product.Clear();
        ThinProduct.OuterAdd(x, matrix.Outputs, matrix.Rank, matrix.Rank, y, matrix.Rank, matrix.Rank, 1, product);
    }
}
