using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Scoring;

/// <summary>
/// Logistic regression of a handful of numbers by Newton's method: the weights v that minimise mean ln(1 + e^∓(x·v)) + |v − v₀|² / 2n.
/// </summary>
/// <remarks>
/// The last term is that of a normal prior of variance 1 around v₀. It makes the loss strictly convex, so that there is one minimum, at finite
/// weights, for separable pairs too; with a few hundred pairs it hardly counts.
/// </remarks>
internal sealed class LogisticFit
{
    private const int MostSteps = 100;
    private const double Enough = 1e-10;
    private const double ShortestStep = 1e-9;

    private readonly double[][] _rows;
    private readonly int[] _labels;
    private readonly double[] _centre;

    /// <param name="rows">x of each pair, all of one length.</param>
    /// <param name="labels">Classes, 0 or 1, one for each row.</param>
    /// <param name="centre">v₀.</param>
    public LogisticFit(double[][] rows, int[] labels, double[] centre)
    {
        _rows = rows;
        _labels = labels;
        _centre = centre;
    }

    /// <summary>The weights that minimise the loss.</summary>
    public double[] Minimize()
    {
        double[] weights = [.. _centre];
        double loss = Penalized(weights);
        for (int step = 0; step < MostSteps; step++)
        {
            double[] direction = NewtonDirection(weights);
            double[] next = weights;
            double length = 1;
            double nextLoss = double.PositiveInfinity;
            while (length > ShortestStep && !(nextLoss <= loss))
            {
                next = [.. weights.Zip(direction, (weight, change) => weight - (length * change))];
                nextLoss = Penalized(next);
                length /= 2;
            }

            if (!(nextLoss <= loss))
            {
                break;
            }

            double moved = weights.Zip(next, (before, after) => Math.Abs(after - before)).Max();
            (weights, loss) = (next, nextLoss);
            if (moved < Enough)
            {
                break;
            }
        }

        return weights;
    }

    /// <summary>Mean cross-entropy of the weights in nats, without the prior's term.</summary>
    public double LossOf(double[] weights)
    {
        double sum = 0;
        for (int i = 0; i < _rows.Length; i++)
        {
            double z = Product(_rows[i], weights) * (_labels[i] == 1 ? 1 : -1);
            sum += Softplus.Of(-z);
        }

        return sum / _rows.Length;
    }

    private double Penalized(double[] weights) =>
        LossOf(weights) + (weights.Zip(_centre, (weight, centre) => (weight - centre) * (weight - centre)).Sum() / (2 * _rows.Length));

    /// <summary>H⁻¹ ∇ of the penalised loss.</summary>
    private double[] NewtonDirection(double[] weights)
    {
        int size = weights.Length;
        double[,] hessian = new double[size, size];
        double[] gradient = new double[size];
        for (int i = 0; i < _rows.Length; i++)
        {
            double[] row = _rows[i];
            double probability = 1 / (1 + Math.Exp(-Product(row, weights)));
            double curvature = probability * (1 - probability);
            for (int j = 0; j < size; j++)
            {
                gradient[j] += (probability - _labels[i]) * row[j];
                for (int k = 0; k <= j; k++)
                {
                    hessian[j, k] += curvature * row[j] * row[k];
                }
            }
        }

        for (int j = 0; j < size; j++)
        {
            gradient[j] += weights[j] - _centre[j];
            hessian[j, j]++;
        }

        return CholeskySolve(hessian, gradient);
    }

    /// <summary>Solves M x = y for a symmetric positive definite M, of which the lower half is given and overwritten.</summary>
    private static double[] CholeskySolve(double[,] matrix, double[] right)
    {
        int size = right.Length;
        for (int j = 0; j < size; j++)
        {
            for (int i = j; i < size; i++)
            {
                double sum = matrix[i, j];
                for (int k = 0; k < j; k++)
                {
                    sum -= matrix[i, k] * matrix[j, k];
                }

                matrix[i, j] = i == j ? Math.Sqrt(sum) : sum / matrix[j, j];
            }
        }

        double[] solution = [.. right];
        for (int i = 0; i < size; i++)
        {
            for (int k = 0; k < i; k++)
            {
                solution[i] -= matrix[i, k] * solution[k];
            }

            solution[i] /= matrix[i, i];
        }

        for (int i = size - 1; i >= 0; i--)
        {
            for (int k = i + 1; k < size; k++)
            {
                solution[i] -= matrix[k, i] * solution[k];
            }

            solution[i] /= matrix[i, i];
        }

        return solution;
    }

    private static double Product(double[] row, double[] weights)
    {
        double sum = 0;
        for (int i = 0; i < row.Length; i++)
        {
            sum += row[i] * weights[i];
        }

        return sum;
    }
}
