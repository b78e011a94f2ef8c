using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Tests.Engines.Rates;

/// <summary>A pair of factors with directions in double precision, for working out a rule's step in the plainest way: with the whole matrices.</summary>
internal sealed class PlainPair
{
    public required double[,] A { get; init; }

    public required double[,] B { get; init; }

    public required double[,] DeltaA { get; init; }

    public required double[,] DeltaB { get; init; }

    public double Scaling { get; init; } = 2;

    public double FrozenNorm { get; init; } = 3;

    public static PlainPair Random(int rank, int inputs, int outputs, ulong seed)
    {
        var random = new SeededRandom(seed);
        return new PlainPair
        {
            A = Fill(random, rank, inputs),
            B = Fill(random, outputs, rank),
            DeltaA = Fill(random, rank, inputs),
            DeltaB = Fill(random, outputs, rank),
        };
    }

    /// <summary>The same product from A scaled by c and B by 1/c, with the directions that <paramref name="ofA"/> and <paramref name="ofB"/> scale.</summary>
    public PlainPair Rescaled(double c, double ofA, double ofB) => new()
    {
        A = Scale(A, c),
        B = Scale(B, 1 / c),
        DeltaA = Scale(DeltaA, ofA),
        DeltaB = Scale(DeltaB, ofB),
        Scaling = Scaling,
        FrozenNorm = FrozenNorm,
    };

    /// <summary>s·(α·B·ΔA + β·ΔB·A).</summary>
    public double[,] Move(AdapterFactorRates rates) => Add(Scale(Multiply(B, DeltaA), Scaling * rates.A), Scale(Multiply(DeltaB, A), Scaling * rates.B));

    /// <summary>What a rule answers for this pair.</summary>
    public AdapterFactorRates Ask(AdapterRateRule rule, Span<float> state, bool isWarmup = false) => rule.Decide(Step(isWarmup), state);

    /// <summary>What a rule is told of this pair.</summary>
    public AdapterStep Step(bool isWarmup = false) => new()
    {
        Rank = A.GetLength(0),
        Inputs = A.GetLength(1),
        Outputs = B.GetLength(0),
        Scaling = Scaling,
        FrozenNorm = FrozenNorm,
        Share = 1,
        IsWarmup = isWarmup,
        FactorsOfA = Flat(Multiply(A, Transpose(A))),
        FactorsOfB = Flat(Multiply(Transpose(B), B)),
        DirectionsOfA = Flat(Multiply(DeltaA, Transpose(DeltaA))),
        DirectionsOfB = Flat(Multiply(Transpose(DeltaB), DeltaB)),
        CrossOfA = Flat(Multiply(DeltaA, Transpose(A))),
        CrossOfB = Flat(Multiply(Transpose(B), DeltaB)),
    };

    public static double Norm(double[,] x)
    {
        double sum = 0;
        foreach (double value in x)
        {
            sum += value * value;
        }

        return Math.Sqrt(sum);
    }

    public static double[,] Multiply(double[,] x, double[,] y)
    {
        double[,] product = new double[x.GetLength(0), y.GetLength(1)];
        for (int i = 0; i < product.GetLength(0); i++)
        {
            for (int j = 0; j < product.GetLength(1); j++)
            {
                for (int k = 0; k < x.GetLength(1); k++)
                {
                    product[i, j] += x[i, k] * y[k, j];
                }
            }
        }

        return product;
    }

    public static double[,] Transpose(double[,] x)
    {
        double[,] result = new double[x.GetLength(1), x.GetLength(0)];
        for (int i = 0; i < result.GetLength(0); i++)
        {
            for (int j = 0; j < result.GetLength(1); j++)
            {
                result[i, j] = x[j, i];
            }
        }

        return result;
    }

    public static double[,] Scale(double[,] x, double factor)
    {
        double[,] result = (double[,])x.Clone();
        for (int i = 0; i < result.GetLength(0); i++)
        {
            for (int j = 0; j < result.GetLength(1); j++)
            {
                result[i, j] *= factor;
            }
        }

        return result;
    }

    public static double[,] Add(double[,] x, double[,] y)
    {
        double[,] sum = (double[,])x.Clone();
        for (int i = 0; i < sum.GetLength(0); i++)
        {
            for (int j = 0; j < sum.GetLength(1); j++)
            {
                sum[i, j] += y[i, j];
            }
        }

        return sum;
    }

    public static float[] Flat(double[,] x) => [.. x.Cast<double>().Select(value => (float)value)];

    private static double[,] Fill(SeededRandom random, int rows, int columns)
    {
        double[,] x = new double[rows, columns];
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                x[i, j] = (2 * random.NextDouble()) - 1;
            }
        }

        return x;
    }
}
