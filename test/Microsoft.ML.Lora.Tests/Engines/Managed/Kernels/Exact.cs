namespace Microsoft.ML.Lora.Tests.Engines.Managed.Kernels;

/// <summary>A matrix in double precision, and how large the terms were that its numbers are sums of.</summary>
internal sealed class Exact
{
    private readonly int _rows;
    private readonly int _columns;
    private readonly double[] _values;
    private readonly double[] _magnitudes;

    private Exact(int rows, int columns, double[] values, double[] magnitudes)
    {
        _rows = rows;
        _columns = columns;
        _values = values;
        _magnitudes = magnitudes;
    }

    public Exact Transposed =>
        new(_columns, _rows, Plain.Transposed(_values, _rows, _columns), Plain.Transposed(_magnitudes, _rows, _columns));

    public static Exact Of(float[] x, int rows, int columns)
    {
        double[] values = Sample.Doubles(x);
        return new(rows, columns, values, Array.ConvertAll(values, Math.Abs));
    }

    public static Exact Product(Exact left, Exact right)
    {
        Assert.AreEqual(left._columns, right._rows);
        return new(
            left._rows,
            right._columns,
            Plain.Product(left._values, right._values, left._rows, left._columns, right._columns),
            Plain.Product(left._magnitudes, right._magnitudes, left._rows, left._columns, right._columns));
    }

    public Exact Times(double scale) => new(
        _rows, _columns, Array.ConvertAll(_values, value => scale * value), Array.ConvertAll(_magnitudes, value => Math.Abs(scale) * value));

    public Exact Plus(float[] start) => new(
        _rows, _columns, [.. _values.Select((value, i) => value + start[i])], [.. _magnitudes.Select((value, i) => value + Math.Abs(start[i]))]);

    /// <summary>The same bias in each row.</summary>
    public Exact PlusRow(float[] bias) => Plus([.. Enumerable.Range(0, _values.Length).Select(i => bias[i % _columns])]);

    /// <summary>
    /// Holds a result to the proven bound for a sum of n products in any order, n · 2⁻²⁴ · Σ|aᵢ·bᵢ| (Higham, Accuracy and Stability
    /// of Numerical Algorithms, 3.1), with three more for the scale and what the sum is added to.
    /// </summary>
    public void AssertSum(int terms, float[] actual, string what)
    {
        Assert.HasCount(_values.Length, actual, what);
        for (int i = 0; i < _values.Length; i++)
        {
            double allowed = (terms + 3) * Precision.Rounding * _magnitudes[i];
            Assert.AreEqual(_values[i], actual[i], allowed, $"{what}, number {i}");
        }
    }
}
