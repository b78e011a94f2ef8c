using System.Globalization;

namespace Microsoft.ML.Lora;

/// <summary>What an <see cref="AdapterRateRule"/> is told of one low-rank update, W = W₀ + s·B·A, at one step.</summary>
/// <remarks>
/// A is (r, in) and B is (out, r) as they are before the step; ΔA and ΔB are the base optimizer's directions, which are subtracted. The
/// products are (r, r), row by row, and empty where the rule did not ask for them.
/// </remarks>
public readonly ref struct AdapterStep
{
    /// <summary>r.</summary>
    public int Rank { get; init; }

    /// <summary>Columns of W₀.</summary>
    public int Inputs { get; init; }

    /// <summary>Rows of W₀.</summary>
    public int Outputs { get; init; }

    /// <summary>s.</summary>
    public double Scaling { get; init; }

    /// <summary>‖W₀‖_F.</summary>
    public double FrozenNorm { get; init; }

    /// <summary>The share of the full rates that the schedule leaves this step, in (0, 1]. The rates that a rule answers are multiplied by it.</summary>
    public double Share { get; init; }

    /// <summary>Whether the schedule still rises.</summary>
    public bool IsWarmup { get; init; }

    /// <summary>AAᵀ.</summary>
    public ReadOnlySpan<float> FactorsOfA { get; init; }

    /// <summary>BᵀB.</summary>
    public ReadOnlySpan<float> FactorsOfB { get; init; }

    /// <summary>ΔA·ΔAᵀ.</summary>
    public ReadOnlySpan<float> DirectionsOfA { get; init; }

    /// <summary>ΔBᵀ·ΔB.</summary>
    public ReadOnlySpan<float> DirectionsOfB { get; init; }

    /// <summary>ΔA·Aᵀ.</summary>
    public ReadOnlySpan<float> CrossOfA { get; init; }

    /// <summary>Bᵀ·ΔB.</summary>
    public ReadOnlySpan<float> CrossOfB { get; init; }

    /// <summary>s·‖α·B·ΔA + β·ΔB·A‖_F: how far the effective weight moves, to first order. Needs <see cref="AdapterStatistics.Directions"/>.</summary>
    /// <param name="rateOfA">α.</param>
    /// <param name="rateOfB">β.</param>
    public double Move(double rateOfA, double rateOfB)
    {
        double square = (rateOfA * rateOfA * Inner(FactorsOfB, DirectionsOfA)) + (rateOfB * rateOfB * Inner(DirectionsOfB, FactorsOfA))
            + (2 * rateOfA * rateOfB * Inner(CrossOfB, CrossOfA));

        // Where both terms cancel, rounding may leave less than nothing.
        return Scaling * Math.Sqrt(Math.Max(0, square));
    }

    /// <summary>The inner product of two (r, r) matrices, which is tr(XᵀY): ‖B·ΔA‖_F² is that of BᵀB and ΔA·ΔAᵀ.</summary>
    /// <exception cref="InvalidOperationException">A product is missing: the rule did not ask for it.</exception>
    public double Inner(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        int length = Rank * Rank;
        if (x.Length != length || y.Length != length)
        {
            throw new InvalidOperationException(string.Create(
                CultureInfo.InvariantCulture,
                $"An inner product needs two matrices of {Rank} x {Rank} numbers, but {x.Length} and {y.Length} came. Ask for products in {nameof(AdapterRateRule)}.{nameof(AdapterRateRule.Statistics)}."));
        }

        double sum = 0;
        for (int i = 0; i < length; i++)
        {
            sum += (double)x[i] * y[i];
        }

        return sum;
    }
}
