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

    private int Rank => _a.Shape[0];

    private int In => _a.Shape[1];

    private int Out => _b.Shape[0];

    /// <summary>y += s · B A d(x) in this update's columns.</summary>
    public void Forward(ReadOnlySpan<float> x, RowBlock rows, Span<float> y, int yStride, Workspace workspace)
    {
        Span<float> reduced = workspace.Reduced(_slot, rows.Count);
        ThinProduct.Down(Dropped(x, rows, workspace), rows.Count, In, In, _a.In(_weights).Span, Rank, reduced);
        ThinProduct.UpAdd(reduced, rows.Count, Rank, _b.In(_weights).Span, Out, _scaling, y[_column..], yStride);
    }

    /// <summary>
    /// gradB += s · gradYᵀ t; gradT = s · gradY B; gradA += gradTᵀ d(x); gradX += d'(gradT A) unless <paramref name="gradX"/> is empty.
    /// </summary>
    public void Backward(
        ReadOnlySpan<float> x, RowBlock rows, ReadOnlySpan<float> gradY, int gradYStride, Span<float> gradX, Workspace workspace)
    {
        ReadOnlySpan<float> gradColumns = gradY[_column..];
        ReadOnlySpan<float> a = _a.In(_weights).Span;
        Span<float> gradReduced = workspace.GradReduced(rows.Count);
        Span<float> gradients = workspace.Gradients.Span;

        ThinProduct.OuterAdd(
            gradColumns, rows.Count, gradYStride, Out, workspace.Reduced(_slot, rows.Count), Rank, Rank, _scaling, _b.In(gradients));
        ThinProduct.GradUp(gradColumns, rows.Count, gradYStride, Out, _b.In(_weights).Span, Rank, _scaling, gradReduced);
        ThinProduct.OuterAdd(gradReduced, rows.Count, Rank, Rank, Dropped(x, rows, workspace), In, In, 1, _a.In(gradients));
        if (gradX.IsEmpty)
        {
            return;
        }

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
