using Microsoft.ML.Lora.Engines.Managed.Kernels;

namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>One matrix's low-rank update, y += s · B A d(x), with d dropout while training and nothing otherwise.</summary>
/// <remarks>t = A d(x) is the reduced input, (rows, rank).</remarks>
internal sealed class LowRankUpdate
{
    private readonly TrainedTensor _a;
    private readonly TrainedTensor _b;
    private readonly Memory<float> _weights;
    private readonly float _scaling;
    private readonly float _dropout;
    private readonly int _slot;
    private readonly int _column;

    /// <param name="a">A, (rank, in).</param>
    /// <param name="b">B, (out, rank).</param>
    /// <param name="weights">The flat buffer that A and B lie in.</param>
    /// <param name="scaling">s.</param>
    /// <param name="dropout">Share of x's elements that d sets to zero.</param>
    /// <param name="slot">Its own number among all updates.</param>
    /// <param name="column">The first column of y that it adds to.</param>
    public LowRankUpdate(TrainedTensor a, TrainedTensor b, Memory<float> weights, float scaling, float dropout, int slot, int column)
    {
        _a = a;
        _b = b;
        _weights = weights;
        _scaling = scaling;
        _dropout = dropout;
        _slot = slot;
        _column = column;
    }

    /// <summary>r.</summary>
    public int Rank => _a.Shape[0];

    private int In => _a.Shape[1];

    private int Out => _b.Shape[0];

    /// <summary>y += s · B A d(x) in this update's columns.</summary>
    public void Forward(ReadOnlySpan<float> x, RowBlock rows, Span<float> y, int yStride, Workspace workspace) =>
        Raise(Reduce(x, rows, workspace), rows.Count, y[_column..], yStride, 0, Out);

    /// <summary>
    /// gradB += s · gradYᵀ t; gradT = s · gradY B; gradA += gradTᵀ d(x); gradX += d'(gradT A) unless <paramref name="gradX"/> is empty.
    /// </summary>
    public void Backward(
        ReadOnlySpan<float> x, RowBlock rows, ReadOnlySpan<float> gradY, int gradYStride, Span<float> gradX, Workspace workspace)
    {
        ReadOnlySpan<float> gradColumns = gradY[_column..];
        AddGradB(gradColumns, rows, gradYStride, workspace.Reduced(_slot, rows.Count), 0, Out);
        Span<float> gradReduced = workspace.GradReduced(rows.Count);
        Lower(gradColumns, rows.Count, gradYStride, gradReduced, 0, Out);
        ReduceBackward(x, rows, gradReduced, gradX, workspace);
    }

    /// <summary>t = A d(x).</summary>
    /// <returns>t, (rows, rank), which in training stays as it is until the backward pass.</returns>
    public ReadOnlySpan<float> Reduce(ReadOnlySpan<float> x, RowBlock rows, Workspace workspace)
    {
        Span<float> reduced = workspace.Reduced(_slot, rows.Count);
        ThinProduct.Down(Dropped(x, rows, workspace), rows.Count, In, In, _a.In(_weights).Span, Rank, reduced);
        return reduced;
    }

    /// <summary>What <see cref="Reduce"/> left for the backward pass.</summary>
    public ReadOnlySpan<float> Reduced(RowBlock rows, Workspace workspace) => workspace.Reduced(_slot, rows.Count);

    /// <summary>gradA += gradTᵀ d(x); gradX += d'(gradT A) unless <paramref name="gradX"/> is empty.</summary>
    public void ReduceBackward(ReadOnlySpan<float> x, RowBlock rows, ReadOnlySpan<float> gradReduced, Span<float> gradX, Workspace workspace)
    {
        ReadOnlySpan<float> dropped = Dropped(x, rows, workspace);
        foreach (LaneRows lane in rows.Lanes.Span)
        {
            ThinProduct.OuterAdd(
                gradReduced[(lane.Start * Rank)..], lane.Count, Rank, Rank,
                dropped[(lane.Start * In)..], In, In, 1, _a.In(lane.Gradients).Span);
        }

        if (gradX.IsEmpty)
        {
            return;
        }

        ReadOnlySpan<float> a = _a.In(_weights).Span;
        if (workspace.DropoutSeed is not { } seed)
        {
            ThinProduct.GradDownAdd(gradReduced, rows.Count, Rank, a, In, gradX, In);
            return;
        }

        Span<float> gradDropped = workspace.Dropped(rows.Count * In);
        gradDropped.Clear();
        ThinProduct.GradDownAdd(gradReduced, rows.Count, Rank, a, In, gradDropped, In);
        Dropout.BackwardAdd(gradDropped, MaskSeed(seed), MaskStart(rows), _dropout, gradX[..gradDropped.Length]);
    }

    /// <summary>y += s · t B'ᵀ with B' some rows of B.</summary>
    /// <param name="reduced">t, (rows, rank).</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="y">(rows, count), rows <paramref name="yStride"/> apart.</param>
    /// <param name="yStride">Distance between rows of y.</param>
    /// <param name="first">The first row of B that counts.</param>
    /// <param name="count">How many do.</param>
    public void Raise(ReadOnlySpan<float> reduced, int rows, Span<float> y, int yStride, int first, int count) =>
        ThinProduct.UpAdd(reduced, rows, Rank, RowsOfB(_weights, first, count), count, _scaling, y, yStride);

    /// <summary>gradT = s · gradY B', with B' some rows of B.</summary>
    /// <param name="gradY">(rows, count), rows <paramref name="gradYStride"/> apart.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="gradYStride">Distance between rows of gradY.</param>
    /// <param name="gradReduced">gradT, (rows, rank). Overwritten.</param>
    /// <param name="first">The first row of B that counts.</param>
    /// <param name="count">How many do.</param>
    public void Lower(ReadOnlySpan<float> gradY, int rows, int gradYStride, Span<float> gradReduced, int first, int count) =>
        ThinProduct.GradUp(gradY, rows, gradYStride, count, RowsOfB(_weights, first, count), Rank, _scaling, gradReduced);

    /// <summary>gradB' += s · gradYᵀ t, with B' some rows of B.</summary>
    /// <param name="gradY">(rows, count), rows <paramref name="gradYStride"/> apart.</param>
    /// <param name="rows">The rows, and where each lane's gradients go.</param>
    /// <param name="gradYStride">Distance between rows of gradY.</param>
    /// <param name="reduced">t, (rows, rank).</param>
    /// <param name="first">The first row of B that counts.</param>
    /// <param name="count">How many do.</param>
    public void AddGradB(ReadOnlySpan<float> gradY, RowBlock rows, int gradYStride, ReadOnlySpan<float> reduced, int first, int count)
    {
        foreach (LaneRows lane in rows.Lanes.Span)
        {
            if (lane.Count > 0)
            {
                ThinProduct.OuterAdd(
                    gradY[(lane.Start * gradYStride)..], lane.Count, gradYStride, count,
                    reduced[(lane.Start * Rank)..], Rank, Rank, _scaling, RowsOfB(lane.Gradients, first, count));
            }
        }
    }

    private Span<float> RowsOfB(Memory<float> buffer, int first, int count) => _b.In(buffer).Span.Slice(first * Rank, count * Rank);

    /// <summary>d(x): x itself where there is no dropout, else a copy with this step's mask, which lasts until the next call.</summary>
    private ReadOnlySpan<float> Dropped(ReadOnlySpan<float> x, RowBlock rows, Workspace workspace)
    {
        if (workspace.DropoutSeed is not { } seed)
        {
            return x;
        }

        Span<float> dropped = workspace.Dropped(rows.Count * In);
        Dropout.Forward(x[..dropped.Length], MaskSeed(seed), MaskStart(rows), _dropout, dropped);
        return dropped;
    }

    /// <summary>Each update has masks of its own.</summary>
    private ulong MaskSeed(ulong stepSeed) => stepSeed + (ulong)_slot;

    /// <summary>Each row of the batch has draws of its own.</summary>
    private long MaskStart(RowBlock rows) => (long)rows.First * In;
}
