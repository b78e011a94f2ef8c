namespace Microsoft.ML.Lora.Engines.Torch;

/// <summary>A group's products on the host, matrix by matrix as a rate rule reads them.</summary>
/// <param name="group">The matrices.</param>
/// <param name="scaling">s.</param>
/// <param name="frozenNorms">‖W₀‖_F of each.</param>
internal sealed class HostStatistics(FactorGroup group, double scaling, float[] frozenNorms)
{
    private readonly int _square = group.Rank * group.Rank;
    private readonly float[] _blocks = new float[6 * group.Rank * group.Rank];

    /// <summary>What the rule is told of one matrix. Valid until the next call.</summary>
    /// <param name="matrix">Its number in the group.</param>
    /// <param name="rows">As <see cref="FactorProducts.Rows"/> has them; empty for none.</param>
    /// <param name="columns">As <see cref="FactorProducts.Columns"/> has them; empty for none.</param>
    /// <param name="schedule">Where the step stands.</param>
    public AdapterStep Describe(int matrix, ReadOnlySpan<float> rows, ReadOnlySpan<float> columns, StepSchedule schedule)
    {
        int blocks = rows.Length / (group.Matrices * _square);
        bool directed = blocks == 4;
        rows = rows.Slice(matrix * blocks * _square, blocks * _square);
        columns = columns.Slice(matrix * blocks * _square, blocks * _square);
        return new AdapterStep
        {
            Rank = group.Rank,
            Inputs = group.Inputs,
            Outputs = group.Outputs,
            Scaling = scaling,
            FrozenNorm = frozenNorms[matrix],
            Share = schedule.Share,
            IsWarmup = schedule.IsWarmup,
            FactorsOfA = blocks == 0 ? [] : Block(rows, 0, 0, 0),
            FactorsOfB = blocks == 0 ? [] : Block(columns, 0, 0, 1),
            DirectionsOfA = directed ? Block(rows, 1, 1, 2) : [],
            DirectionsOfB = directed ? Block(columns, 1, 1, 3) : [],
            CrossOfA = directed ? Block(rows, 1, 0, 4) : [],
            CrossOfB = directed ? Block(columns, 0, 1, 5) : [],
        };
    }

    /// <summary>An (r, r) block of a (k, k) product, row-major.</summary>
    private ReadOnlySpan<float> Block(ReadOnlySpan<float> product, int down, int across, int place)
    {
        int rank = group.Rank;
        int width = product.Length == _square ? rank : 2 * rank;
        Span<float> block = _blocks.AsSpan(place * _square, _square);
        for (int row = 0; row < rank; row++)
        {
            product.Slice((((down * rank) + row) * width) + (across * rank), rank).CopyTo(block[(row * rank)..]);
        }

        return block;
    }
}
