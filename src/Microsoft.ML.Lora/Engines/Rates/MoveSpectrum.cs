namespace Microsoft.ML.Lora.Engines.Rates;

/// <summary>
/// The spectral norm of a step's move M = s·(α·B·ΔA + β·ΔB·A) from (r, r) products: M = s·U·V with U = [B, ΔB] and V = [α·ΔA; β·A], so that
/// M's singular values are s times the roots of the eigenvalues of (UᵀU)(VVᵀ), a product of two (2r, 2r) matrices.
/// </summary>
internal static class MoveSpectrum
{
    /// <summary>The largest eigenvalue's share that the rest may still add; the norm is a scale, so that a hundredth is enough.</summary>
    private const double Accuracy = 1e-3;

    /// <summary>Where two singular values nearly agree the vector converges slowly, but the value does not.</summary>
    private const int MostIterations = 50;

    /// <summary>‖M‖₂, by power iteration from the vector of ones.</summary>
    /// <param name="step">The products.</param>
    /// <param name="rateOfA">α.</param>
    /// <param name="rateOfB">β.</param>
    public static double Norm(in AdapterStep step, double rateOfA, double rateOfB)
    {
        int rank = step.Rank;
        Span<double> vector = stackalloc double[2 * rank];
        Span<double> between = stackalloc double[2 * rank];
        vector.Fill(1);
        double eigenvalue = 0;
        for (int i = 0; i < MostIterations; i++)
        {
            double length = Length(vector);
            if (length == 0)
            {
                return 0;
            }

            Scale(vector, 1 / length);

            // VVᵀ: ΔA·ΔAᵀ, ΔA·Aᵀ, AAᵀ with the rates; then UᵀU: BᵀB, BᵀΔB, ΔBᵀΔB.
            Scale(vector[..rank], rateOfA);
            Scale(vector[rank..], rateOfB);
            Multiply(step.DirectionsOfA, step.CrossOfA, step.FactorsOfA, vector, between);
            Scale(between[..rank], rateOfA);
            Scale(between[rank..], rateOfB);
            Multiply(step.FactorsOfB, step.CrossOfB, step.DirectionsOfB, between, vector);
            double next = Length(vector);
            if (Math.Abs(next - eigenvalue) <= Accuracy * next)
            {
                return step.Scaling * Math.Sqrt(next);
            }

            eigenvalue = next;
        }

        return step.Scaling * Math.Sqrt(eigenvalue);
    }

    /// <summary>y = [[P, X], [Xᵀ, Q]]·x.</summary>
    private static void Multiply(ReadOnlySpan<float> p, ReadOnlySpan<float> x, ReadOnlySpan<float> q, ReadOnlySpan<double> vector, Span<double> result)
    {
        int rank = vector.Length / 2;
        for (int i = 0; i < rank; i++)
        {
            double upper = 0;
            double lower = 0;
            for (int j = 0; j < rank; j++)
            {
                upper += (p[(i * rank) + j] * vector[j]) + (x[(i * rank) + j] * vector[rank + j]);
                lower += (x[(j * rank) + i] * vector[j]) + (q[(i * rank) + j] * vector[rank + j]);
            }

            result[i] = upper;
            result[rank + i] = lower;
        }
    }

    private static double Length(ReadOnlySpan<double> vector)
    {
        double sum = 0;
        foreach (double value in vector)
        {
            sum += value * value;
        }

        return Math.Sqrt(sum);
    }

    private static void Scale(Span<double> vector, double factor)
    {
        foreach (ref double value in vector)
        {
            value *= factor;
        }
    }
}
