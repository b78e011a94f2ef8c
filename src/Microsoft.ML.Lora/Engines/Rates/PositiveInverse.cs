using System.Globalization;

namespace Microsoft.ML.Lora.Engines.Rates;

/// <summary>The inverse of a symmetric positive definite matrix by Cholesky's decomposition, in its own place.</summary>
internal static class PositiveInverse
{
    /// <summary>X ← X⁻¹.</summary>
    /// <param name="matrix">X, (size, size), of which the lower triangle is read. Overwritten, both triangles.</param>
    /// <param name="size">Rows and columns.</param>
    /// <exception cref="DivergenceException">A pivot is not above zero: X is not positive definite to rounding.</exception>
    public static void Invert(Span<double> matrix, int size)
    {
        Decompose(matrix, size);
        InvertTriangle(matrix, size);
        for (int i = 0; i < size; i++)
        {
            // X⁻¹ = L⁻ᵀL⁻¹: element (i, j), j ≤ i, needs rows from i on alone, so that it may overwrite L⁻¹'s element (i, j).
            for (int j = 0; j <= i; j++)
            {
                double sum = 0;
                for (int k = i; k < size; k++)
                {
                    sum += matrix[(k * size) + i] * matrix[(k * size) + j];
                }

                matrix[(j * size) + i] = sum;
            }
        }

        Mirror(matrix, size);
    }

    /// <summary>X = LLᵀ, L in the lower triangle.</summary>
    private static void Decompose(Span<double> matrix, int size)
    {
        for (int i = 0; i < size; i++)
        {
            Span<double> row = matrix.Slice(i * size, size);
            for (int j = 0; j <= i; j++)
            {
                ReadOnlySpan<double> other = matrix.Slice(j * size, size);
                double rest = row[j];
                for (int k = 0; k < j; k++)
                {
                    rest -= row[k] * other[k];
                }

                row[j] = i == j ? Math.Sqrt(Positive(rest, i)) : rest / other[j];
            }
        }
    }

    private static double Positive(double pivot, int index) => pivot > 0 && double.IsFinite(pivot)
        ? pivot
        : throw new DivergenceException(string.Create(
            CultureInfo.InvariantCulture,
            $"A factor's product with itself cannot be inverted: pivot {index} is {pivot}. Give {nameof(AdapterRates.Riemannian)} a larger epsilon."));

    /// <summary>L ← L⁻¹, row by row.</summary>
    private static void InvertTriangle(Span<double> matrix, int size)
    {
        for (int i = 0; i < size; i++)
        {
            Span<double> row = matrix.Slice(i * size, size);
            double diagonal = 1 / row[i];
            for (int j = 0; j < i; j++)
            {
                // What lies right of j in this row is still L's, the rows above are the inverse's.
                double sum = 0;
                for (int k = j; k < i; k++)
                {
                    sum += row[k] * matrix[(k * size) + j];
                }

                row[j] = -diagonal * sum;
            }

            row[i] = diagonal;
        }
    }

    /// <summary>Copies the upper triangle to the lower.</summary>
    private static void Mirror(Span<double> matrix, int size)
    {
        for (int i = 0; i < size; i++)
        {
            for (int j = 0; j < i; j++)
            {
                matrix[(i * size) + j] = matrix[(j * size) + i];
            }
        }
    }
}
