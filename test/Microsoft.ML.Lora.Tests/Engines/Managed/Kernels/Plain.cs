namespace Microsoft.ML.Lora.Tests.Engines.Managed.Kernels;

/// <summary>The kernels once more as plain loops in double precision, word for word from their formulas.</summary>
internal static class Plain
{
    /// <summary>(rows, depth) times (depth, columns).</summary>
    public static double[] Product(double[] a, double[] b, int rows, int depth, int columns)
    {
        var y = new double[rows * columns];
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                for (int k = 0; k < depth; k++)
                {
                    y[(i * columns) + j] += a[(i * depth) + k] * b[(k * columns) + j];
                }
            }
        }

        return y;
    }

    /// <summary>(rows, columns) as (columns, rows).</summary>
    public static double[] Transposed(double[] a, int rows, int columns)
    {
        var y = new double[a.Length];
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                y[(j * rows) + i] = a[(i * columns) + j];
            }
        }

        return y;
    }

    public static double[] LayerNorm(double[] x, double[] gain, double[] bias, double epsilon, int rows, int columns)
    {
        var y = new double[x.Length];
        for (int i = 0; i < rows; i++)
        {
            double[] row = x[(i * columns)..((i + 1) * columns)];
            double mean = row.Sum() / columns;
            double variance = row.Sum(value => (value - mean) * (value - mean)) / columns;
            for (int j = 0; j < columns; j++)
            {
                y[(i * columns) + j] = (gain[j] * (row[j] - mean) / Math.Sqrt(variance + epsilon)) + bias[j];
            }
        }

        return y;
    }

    public static double[] Softmax(double[] x, int rows, int columns)
    {
        var y = new double[x.Length];
        for (int i = 0; i < rows; i++)
        {
            double[] row = x[(i * columns)..((i + 1) * columns)];
            double[] powers = [.. row.Select(value => Math.Exp(value - row.Max()))];
            for (int j = 0; j < columns; j++)
            {
                y[(i * columns) + j] = powers[j] / powers.Sum();
            }
        }

        return y;
    }

    /// <summary>Attention of (rows, H) queries to (S, H) keys and values; the probabilities are (A, rows, S).</summary>
    public static (double[] Context, double[] Probabilities) Attention(
        double[] queries, double[] keys, double[] values, int rows, int length, int hidden, int heads)
    {
        int size = hidden / heads;
        var context = new double[rows * hidden];
        var probabilities = new List<double>();
        for (int head = 0; head < heads; head++)
        {
            double[] q = Columns(queries, rows, hidden, head * size, size);
            double[] k = Columns(keys, length, hidden, head * size, size);
            double[] v = Columns(values, length, hidden, head * size, size);
            double[] scores = [.. Product(q, Transposed(k, length, size), rows, size, length).Select(score => score / Math.Sqrt(size))];
            double[] p = Softmax(scores, rows, length);
            double[] c = Product(p, v, rows, length, size);
            probabilities.AddRange(p);
            for (int i = 0; i < rows; i++)
            {
                Array.Copy(c, i * size, context, (i * hidden) + (head * size), size);
            }
        }

        return (context, [.. probabilities]);
    }

    /// <summary>Some columns of a matrix.</summary>
    public static double[] Columns(double[] a, int rows, int stride, int first, int count) =>
        [.. Enumerable.Range(0, rows).SelectMany(row => a.Skip((row * stride) + first).Take(count))];

    public static double Gelu(double x) => x * NormalDistribution(x);

    public static double GeluTanh(double x) => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x))));

    /// <summary>Φ(x), by its Taylor series near zero and a continued fraction for the tails, to about 15 digits.</summary>
    public static double NormalDistribution(double x)
    {
        if (Math.Abs(x) < 3)
        {
            double term = x;
            double sum = x;
            for (int n = 1; n < 100; n++)
            {
                term *= -x * x / (2 * n);
                sum += term / ((2 * n) + 1);
            }

            return 0.5 + (sum / Math.Sqrt(2 * Math.PI));
        }

        double t = Math.Abs(x);
        double fraction = t;
        for (int n = 200; n > 0; n--)
        {
            fraction = t + (n / fraction);
        }

        double tail = Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI) / fraction;
        return x < 0 ? tail : 1 - tail;
    }

    /// <summary>The gradient of Σ weight · f(x) with respect to x, by central differences.</summary>
    public static double[] Gradient(Func<double[], double[]> function, double[] x, double[] weight)
    {
        const double step = 1e-4;
        var gradient = new double[x.Length];
        for (int i = 0; i < x.Length; i++)
        {
            double[] moved = [.. x];
            moved[i] = x[i] + step;
            double above = Inner(function(moved), weight);
            moved[i] = x[i] - step;
            gradient[i] = (above - Inner(function(moved), weight)) / (2 * step);
        }

        return gradient;
    }

    private static double Inner(double[] x, double[] y) => x.Zip(y, (left, right) => left * right).Sum();
}
