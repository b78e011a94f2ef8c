using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Tests.Engines.Managed.Kernels;

/// <summary>Random numbers, the same at every run.</summary>
internal static class Sample
{
    /// <summary>Numbers from −1 to 1.</summary>
    public static float[] Floats(int count, ulong seed = 1)
    {
        var random = new SeededRandom(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (2 * random.NextSingle()) - 1)];
    }

    public static double[] Doubles(float[] x) => Array.ConvertAll(x, value => (double)value);

    /// <summary>The same rows, further apart; NaN in between, which spoils whatever it gets into.</summary>
    public static float[] Spread(float[] x, int rows, int columns, int stride)
    {
        float[] y = Enumerable.Repeat(float.NaN, rows * stride).ToArray();
        for (int row = 0; row < rows; row++)
        {
            Array.Copy(x, row * columns, y, row * stride, columns);
        }

        return y;
    }

    /// <summary>The rows of a spread matrix; nothing may have been written between them.</summary>
    public static float[] Gathered(float[] x, int rows, int columns, int stride)
    {
        for (int i = 0; i < x.Length; i++)
        {
            Assert.IsTrue(i % stride < columns || float.IsNaN(x[i]), $"Written to number {i}, between rows.");
        }

        return [.. Enumerable.Range(0, rows).SelectMany(row => x.Skip(row * stride).Take(columns))];
    }
}
