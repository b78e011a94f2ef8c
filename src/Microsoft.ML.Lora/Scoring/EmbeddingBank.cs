using System.Buffers;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Scoring;

/// <summary>
/// Embeddings of the sentences of training pairs, kept to tell how far another pair lies from them, and distances that held-out pairs have, which say how far
/// is far. It depends on nothing but its own content: a pair's density is the same alone and among others. m members, two for each training pair, H hidden.
/// </summary>
/// <remarks>
/// Distances are between directions from the members' mean, √(2 − 2 cos): the embeddings' large common part says nothing, and their distance from
/// the mean says more of length and of how sure the classifier is than of the kind of sentence. Sentences tell foreign pairs from familiar ones better than
/// whole pairs do.
/// </remarks>
internal sealed class EmbeddingBank
{
    /// <summary>The most distances that are kept: with more, as many of their quantiles.</summary>
    public const int MostDistances = 1024;

    private readonly NearestRows _directions;
    private readonly float[] _distances;

    /// <param name="members">(m, H): rows 2i and 2i + 1 are the sentences of pair i; at least two pairs.</param>
    /// <param name="distances">What pairs' distances are ranked among, in rising order; at least one.</param>
    /// <param name="neighbours">k, from 1 to m − 2.</param>
    /// <exception cref="InvalidDataException">The parts do not fit together.</exception>
    public EmbeddingBank(Matrix members, float[] distances, int neighbours)
    {
        if (members.Rows < 4 || members.Rows % 2 != 0 || distances.Length == 0 || neighbours < 1 || neighbours > members.Rows - 2)
        {
            throw new InvalidDataException(
                $"A bank needs the sentences of two pairs or more, a distance or more, and from 1 to m - 2 neighbours, m being its sentences, "
                + $"but came with {members.Rows} sentences, {distances.Length} distances and {neighbours} neighbours.");
        }

        Members = members;
        Neighbours = neighbours;
        Mean = MeanOf(members);
        _directions = new NearestRows(DirectionsOf(members, Mean));
        _distances = distances;
    }

    /// <summary>The embeddings, (m, H): rows 2i and 2i + 1 are the sentences of pair i.</summary>
    public Matrix Members { get; }

    /// <summary>What pairs' distances are ranked among, in rising order.</summary>
    public IReadOnlyList<float> Distances => _distances;

    /// <summary>k.</summary>
    public int Neighbours { get; }

    /// <summary>The mean of the members, (H).</summary>
    public float[] Mean { get; }

    /// <summary>Makes a bank whose distances are those of its own pairs, each measured without itself.</summary>
    /// <param name="members">(m, H): rows 2i and 2i + 1 are the sentences of pair i; at least two pairs.</param>
    /// <param name="neighbours">k, from 1 to m − 2.</param>
    public static EmbeddingBank Of(Matrix members, int neighbours)
    {
        Matrix directions = DirectionsOf(members, MeanOf(members));
        var search = new NearestRows(directions);
        return new EmbeddingBank(members, Kept([.. Enumerable.Range(0, members.Rows / 2).Select(Own)]), neighbours);

        float Own(int pair)
        {
            int row = 2 * pair;
            return Middle(search.Distances(directions.Row(row), directions.Row(row + 1), neighbours, row..(row + 2)));
        }
    }

    /// <summary>The same members with other distances to rank among.</summary>
    /// <param name="distances">In any order; at least one.</param>
    public EmbeddingBank RankedAmong(IEnumerable<float> distances) => new(Members, Kept([.. distances]), Neighbours);

    /// <summary>A pair's distance: the mean of its sentences' distances to their k-th nearest member. From 0 to 2.</summary>
    /// <param name="first">The embedding of the first sentence, (H).</param>
    /// <param name="second">That of the second, (H).</param>
    public float Distance(ReadOnlySpan<float> first, ReadOnlySpan<float> second)
    {
        int hidden = Mean.Length;
        float[] rented = ArrayPool<float>.Shared.Rent(2 * hidden);
        Span<float> ofFirst = rented.AsSpan(0, hidden);
        Span<float> ofSecond = rented.AsSpan(hidden, hidden);
        Direction.Of(first, Mean, ofFirst);
        Direction.Of(second, Mean, ofSecond);
        float distance = Middle(_directions.Distances(ofFirst, ofSecond, Neighbours));
        ArrayPool<float>.Shared.Return(rented);
        return distance;
    }

    /// <summary>d = (1 + distances that are at least as large) / (1 + distances): above 0, and 1 where a pair is as near as any.</summary>
    /// <param name="distance">A pair's, see <see cref="Distance"/>.</param>
    public float Density(float distance) => (1f + _distances.Length - CountBelow(distance)) / (_distances.Length + 1f);

    /// <summary>Distances in rising order; of more than <see cref="MostDistances"/>, their quantiles at the middles of as many equal shares.</summary>
    private static float[] Kept(float[] distances)
    {
        Array.Sort(distances);
        return distances.Length <= MostDistances
            ? distances
            : [.. Enumerable.Range(0, MostDistances).Select(i => distances[(int)(((2L * i) + 1) * distances.Length / (2 * MostDistances))])];
    }

    private static float Middle((float First, float Second) distances) => (distances.First + distances.Second) / 2;

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
