using System.Buffers;
using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Scoring;

/// <summary>Finds how far vectors lie from their k-th nearest rows, two vectors in one pass over the rows. Safe to use from several threads.</summary>
/// <remarks>
/// |row − x|² − |x|² = |row|² − 2 · row · x orders the rows, up to rounding, and takes products alone. What comes within rounding of the k-th is measured as such,
/// so that the result is that of measuring every row. Rows go by in fours: a vector's numbers are loaded once for four products.
/// </remarks>
internal sealed class NearestRows
{
    private const int RowsAtOnce = 4;

    /// <summary>What rounding may change in that order, in parts of the largest squares: some hundred times what it does over a thousand columns.</summary>
    private const float Slack = 1e-5f;

    private readonly Matrix _rows;
    private readonly float[] _squares;
    private readonly float _largestSquare;

    /// <param name="rows">(m, columns), in memory. Rows with a not-a-number are no vector's neighbours.</param>
    public NearestRows(Matrix rows)
    {
        _rows = rows;
        _squares = new float[rows.Rows];
        for (int row = 0; row < rows.Rows; row++)
        {
            _squares[row] = TensorPrimitives.SumOfSquares(rows.Row(row));
            _largestSquare = float.MaxNumber(_largestSquare, _squares[row]);
        }
    }

    /// <summary>The Euclidean distances of two vectors to their k-th nearest rows, the same for a vector whichever comes beside it.</summary>
    /// <param name="first">A vector, (columns).</param>
    /// <param name="second">Another, (columns).</param>
    /// <param name="neighbours">k.</param>
    /// <param name="without">Rows that do not count.</param>
    /// <returns>The distances; ∞ where fewer than k rows count, and for a vector with a not-a-number.</returns>
    public (float First, float Second) Distances(ReadOnlySpan<float> first, ReadOnlySpan<float> second, int neighbours, Range without = default)
    {
        int count = _rows.Rows;
        float[] rented = ArrayPool<float>.Shared.Rent((2 * count) + neighbours);
        Span<float> ofFirst = rented.AsSpan(0, count);
        Span<float> ofSecond = rented.AsSpan(count, count);
        Span<float> nearest = rented.AsSpan(2 * count, neighbours);
        Products(first, second, ofFirst, ofSecond);
        var distances = (Distance(first, ofFirst, nearest, without), Distance(second, ofSecond, nearest, without));
        ArrayPool<float>.Shared.Return(rented);
        return distances;
    }

    /// <summary>The distance of a vector to its k-th nearest row.</summary>
    /// <param name="vector">The vector, (columns).</param>
    /// <param name="products">Its products with all rows. Overwritten.</param>
    /// <param name="nearest">Room for k numbers.</param>
    /// <param name="without">Rows that do not count.</param>
    private float Distance(ReadOnlySpan<float> vector, Span<float> products, Span<float> nearest, Range without)
    {
        TensorPrimitives.MultiplyAdd(products, -2f, _squares, products);
        products[without].Fill(float.PositiveInfinity);
        nearest.Fill(float.PositiveInfinity);
        foreach (float difference in products)
        {
            if (difference < nearest[^1])
            {
                Insert(difference, nearest);
            }
        }

        float farthest = nearest[^1] + (Slack * (_largestSquare + TensorPrimitives.SumOfSquares(vector)));
        nearest.Fill(float.PositiveInfinity);
        for (int row = 0; row < products.Length; row++)
        {
            if (products[row] <= farthest && products[row] < float.PositiveInfinity && TensorPrimitives.Distance(_rows.Row(row), vector) is var distance && distance < nearest[^1])
            {
                Insert(distance, nearest);
            }
        }

        return nearest[^1];
    }

    /// <summary>Puts a number in its place among the smallest, in rising order, the largest of which goes.</summary>
    private static void Insert(float value, Span<float> smallest)
    {
        int place = smallest.Length - 1;
        while (place > 0 && smallest[place - 1] > value)
        {
            smallest[place] = smallest[place - 1];
            place--;
        }

        smallest[place] = value;
    }

    private void Products(ReadOnlySpan<float> first, ReadOnlySpan<float> second, Span<float> ofFirst, Span<float> ofSecond)
    {
        int row = 0;
        for (; row + RowsAtOnce <= _rows.Rows; row += RowsAtOnce)
        {
            FourRows(row, first, second, ofFirst[row..], ofSecond[row..]);
        }

        for (; row < _rows.Rows; row++)
        {
            ofFirst[row] = TensorPrimitives.Dot(_rows.Row(row), first);
            ofSecond[row] = TensorPrimitives.Dot(_rows.Row(row), second);
        }
    }

    private void FourRows(int row, ReadOnlySpan<float> first, ReadOnlySpan<float> second, Span<float> ofFirst, Span<float> ofSecond)
    {
        ReadOnlySpan<Vector<float>> x = MemoryMarshal.Cast<float, Vector<float>>(first);
        ReadOnlySpan<Vector<float>> y = MemoryMarshal.Cast<float, Vector<float>>(second)[..x.Length];
        ReadOnlySpan<Vector<float>> a = MemoryMarshal.Cast<float, Vector<float>>(_rows.Row(row))[..x.Length];
        ReadOnlySpan<Vector<float>> b = MemoryMarshal.Cast<float, Vector<float>>(_rows.Row(row + 1))[..x.Length];
        ReadOnlySpan<Vector<float>> c = MemoryMarshal.Cast<float, Vector<float>>(_rows.Row(row + 2))[..x.Length];
        ReadOnlySpan<Vector<float>> d = MemoryMarshal.Cast<float, Vector<float>>(_rows.Row(row + 3))[..x.Length];
        Vector<float> ax = default, bx = default, cx = default, dx = default, ay = default, by = default, cy = default, dy = default;
        for (int i = 0; i < x.Length; i++)
        {
            ax = Vector.MultiplyAddEstimate(a[i], x[i], ax);
            bx = Vector.MultiplyAddEstimate(b[i], x[i], bx);
            cx = Vector.MultiplyAddEstimate(c[i], x[i], cx);
            dx = Vector.MultiplyAddEstimate(d[i], x[i], dx);
            ay = Vector.MultiplyAddEstimate(a[i], y[i], ay);
            by = Vector.MultiplyAddEstimate(b[i], y[i], by);
            cy = Vector.MultiplyAddEstimate(c[i], y[i], cy);
            dy = Vector.MultiplyAddEstimate(d[i], y[i], dy);
        }

        (ofFirst[0], ofFirst[1], ofFirst[2], ofFirst[3]) = (Vector.Sum(ax), Vector.Sum(bx), Vector.Sum(cx), Vector.Sum(dx));
        (ofSecond[0], ofSecond[1], ofSecond[2], ofSecond[3]) = (Vector.Sum(ay), Vector.Sum(by), Vector.Sum(cy), Vector.Sum(dy));
        int covered = x.Length * Vector<float>.Count;
        if (covered < first.Length)
        {
            AddRest(row, covered, first, ofFirst);
            AddRest(row, covered, second, ofSecond);
        }
    }

    /// <summary>Adds the columns that fill no vector.</summary>
    private void AddRest(int row, int from, ReadOnlySpan<float> vector, Span<float> products)
    {
        for (int i = 0; i < RowsAtOnce; i++)
        {
            products[i] += TensorPrimitives.Dot(_rows.Row(row + i)[from..], vector[from..]);
        }
    }
}
