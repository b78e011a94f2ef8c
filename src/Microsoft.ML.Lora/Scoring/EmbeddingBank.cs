using System.Buffers;
using System.Numerics.Tensors;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Scoring;

/// <summary>
/// Embeddings of training pairs, kept to tell how densely they lie around another pair. It depends on nothing but its own content: a pair's
/// density is the same alone and among others. m members, H hidden.
/// </summary>
/// <remarks>
/// Distances are between directions from the members' mean, √(2 − 2 cos): the embeddings' large common part says nothing, and their distance from
/// the mean says more of length and of how sure the classifier is than of the kind of pair. Among a dozen distances tried on few seeds this was one of
/// the few that told foreign pairs from familiar ones in both directions.
/// </remarks>
internal sealed class EmbeddingBank
{
    private readonly Matrix _directions;
    private readonly float[] _distances;

    /// <param name="members">(m, H), m at least 2.</param>
    /// <param name="distances">Each member's distance to its k-th nearest among the others, in rising order, (m).</param>
    /// <param name="neighbours">k, from 1 to m − 1.</param>
    /// <exception cref="InvalidDataException">The parts do not fit together.</exception>
    public EmbeddingBank(Matrix members, float[] distances, int neighbours)
    {
        if (members.Rows != distances.Length || neighbours < 1 || neighbours >= members.Rows)
        {
            throw new InvalidDataException(
                $"A bank of {members.Rows} embeddings needs as many distances and from 1 to {members.Rows - 1} neighbours, "
                + $"but came with {distances.Length} distances and {neighbours} neighbours.");
        }

        Members = members;
        Neighbours = neighbours;
        Mean = MeanOf(members);
        _directions = DirectionsOf(members, Mean);
        _distances = distances;
    }

    /// <summary>The embeddings, (m, H).</summary>
    public Matrix Members { get; }

    /// <summary>Each member's distance to its k-th nearest among the others, in rising order, (m).</summary>
    public IReadOnlyList<float> Distances => _distances;

    /// <summary>k.</summary>
    public int Neighbours { get; }

    /// <summary>The mean of the members, (H).</summary>
    public float[] Mean { get; }

    /// <summary>Makes a bank of embeddings, and measures how far its members are apart.</summary>
    /// <param name="members">(m, H), m at least 2.</param>
    /// <param name="neighbours">k, from 1 to m − 1.</param>
    public static EmbeddingBank Of(Matrix members, int neighbours)
    {
        Matrix directions = DirectionsOf(members, MeanOf(members));
        float[] distances = new float[members.Rows];
        for (int i = 0; i < members.Rows; i++)
        {
            distances[i] = NearestDistance(directions, directions.Row(i), neighbours, i);
        }

        Array.Sort(distances);
        return new EmbeddingBank(members, distances, neighbours);
    }

    /// <summary>
    /// d = (1 + members whose own distance to their k-th nearest is at least the embedding's) / (m + 1): above 0, and 1 where the training pairs
    /// lie as densely as anywhere.
    /// </summary>
    /// <param name="embedding">(H).</param>
    public float Density(ReadOnlySpan<float> embedding)
    {
        float[] rented = ArrayPool<float>.Shared.Rent(Mean.Length);
        Span<float> direction = rented.AsSpan(0, Mean.Length);
        Direction.Of(embedding, Mean, direction);
        float distance = NearestDistance(_directions, direction, Neighbours, without: -1);
        ArrayPool<float>.Shared.Return(rented);
        return (1f + _distances.Length - CountBelow(distance)) / (_distances.Length + 1f);
    }

    /// <summary>The Euclidean distance from an embedding to its k-th nearest among the rows.</summary>
    /// <param name="rows">(m, H).</param>
    /// <param name="embedding">(H).</param>
    /// <param name="neighbours">k, at most the rows that count.</param>
    /// <param name="without">A row that does not count; −1 if all do.</param>
    internal static float NearestDistance(Matrix rows, ReadOnlySpan<float> embedding, int neighbours, int without)
    {
        float[] rented = ArrayPool<float>.Shared.Rent(neighbours);
        Span<float> nearest = rented.AsSpan(0, neighbours);
        nearest.Fill(float.PositiveInfinity);
        for (int row = 0; row < rows.Rows; row++)
        {
            float distance = row == without ? float.PositiveInfinity : TensorPrimitives.Distance(rows.Row(row), embedding);
            if (distance < nearest[^1])
            {
                Insert(nearest, distance);
            }
        }

        float found = nearest[^1];
        ArrayPool<float>.Shared.Return(rented);
        return found;
    }

    /// <summary>Puts a distance in its place among the nearest, the farthest of which goes.</summary>
    private static void Insert(Span<float> nearest, float distance)
    {
        int place = nearest.Length - 1;
        while (place > 0 && nearest[place - 1] > distance)
        {
            nearest[place] = nearest[place - 1];
            place--;
        }

        nearest[place] = distance;
    }

    private static float[] MeanOf(Matrix members)
    {
        double[] sum = new double[members.Columns];
        for (int row = 0; row < members.Rows; row++)
        {
            for (int column = 0; column < sum.Length; column++)
            {
                sum[column] += members.Row(row)[column];
            }
        }

        return [.. sum.Select(value => (float)(value / members.Rows))];
    }

    private static Matrix DirectionsOf(Matrix members, float[] mean)
    {
        float[] directions = new float[members.Values.Length];
        for (int row = 0; row < members.Rows; row++)
        {
            Direction.Of(members.Row(row), mean, directions.AsSpan(row * mean.Length, mean.Length));
        }

        return new Matrix(members.Rows, mean.Length, directions);
    }

    private int CountBelow(float distance)
    {
        int low = 0;
        int high = _distances.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = _distances[middle] < distance ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
