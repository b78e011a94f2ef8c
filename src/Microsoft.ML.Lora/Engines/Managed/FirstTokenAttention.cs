using System.Numerics.Tensors;
using Microsoft.ML.Lora.Engines.Managed.Kernels;
using Microsoft.ML.Lora.Models;

namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>
/// Attention of each sequence's first token to all of its tokens: all that a head on the first token needs of the last layer. Keys and
/// values are never formed (see <see cref="TokenAverage"/>), so that no product of this layer goes over all tokens.
/// </summary>
/// <remarks>N tokens, n sequences, H hidden, A heads, d = H/A, r rank.</remarks>
internal sealed class FirstTokenAttention : IAttention
{
    private readonly AdaptedAffine _query;
    private readonly HeadwiseAffine _key;
    private readonly HeadwiseAffine _value;
    private readonly LowRankUpdate? _keyUpdate;
    private readonly LowRankUpdate? _valueUpdate;
    private readonly EncoderShape _shape;
    private readonly GradientReach _reach;

    /// <param name="adapter">Packs the layer's matrices with their updates.</param>
    /// <param name="shape">The encoder's sizes.</param>
    public FirstTokenAttention(LayerAdapter adapter, EncoderShape shape)
    {
        _query = adapter.Adapt(GradientReach.Attention, LoraTargets.Query);
        (_key, _keyUpdate) = adapter.AdaptHeads(LoraTargets.Key, shape.Heads, spreadsForward: true);
        (_value, _valueUpdate) = adapter.AdaptHeads(LoraTargets.Value, shape.Heads, spreadsForward: false);
        _shape = shape;
        _reach = adapter.Reach;
    }

    private int Size => _shape.HeadSize;

    private float Scale => 1 / MathF.Sqrt(Size);

    /// <inheritdoc/>
    public RowBlock Rows(Workspace workspace) => workspace.SequenceRows;

    /// <inheritdoc/>
    public ReadOnlySpan<float> Forward(ReadOnlySpan<float> input, LayerActivations layer, Workspace workspace)
    {
        int hidden = _shape.Hidden;
        Span<float> first = layer.Residual.Span;
        for (int i = 0; i < workspace.Chunk.Count; i++)
        {
            input.Slice(workspace.Start(i) * hidden, hidden).CopyTo(first[(i * hidden)..]);
        }

        _query.Forward(first, workspace.SequenceRows, layer.FirstQueries.Span, workspace);
        Weigh(input, layer, workspace);
        Average(input, layer, workspace);
        return first;
    }

    /// <inheritdoc/>
    public void Backward(ReadOnlySpan<float> input, LayerActivations layer, Workspace workspace)
    {
        bool deeper = _reach > GradientReach.Attention;
        Span<float> gradInput = deeper ? workspace.GradHidden.Span : [];
        AverageBackward(input, layer, workspace, gradInput);
        WeighBackward(input, layer, workspace, gradInput);

        // The context's gradient is used up; its memory takes that of the first tokens.
        Span<float> gradFirst = workspace.GradContext.Span[..(workspace.Chunk.Count * _shape.Hidden)];
        _query.Backward(layer.Residual.Span, workspace.SequenceRows, workspace.GradFirstQueries.Span, deeper ? gradFirst : [], workspace);
        if (deeper)
        {
            AddToFirstTokens(gradFirst, gradInput, workspace);
            AddToFirstTokens(workspace.GradMiddleSum.Span, gradInput, workspace);
        }
    }

    /// <summary>From queries to attention's weights.</summary>
    private void Weigh(ReadOnlySpan<float> input, LayerActivations layer, Workspace workspace)
    {
        int sequences = workspace.Chunk.Count;
        ReadOnlySpan<float> queries = layer.FirstQueries.Span;
        _key.Spread(queries, sequences, layer.Probes.Span);
        ReadOnlySpan<float> reduced = default;
        if (_keyUpdate is not null)
        {
            reduced = _keyUpdate.Reduce(input, workspace.TokenRows, workspace);
            LowerHeads(_keyUpdate, queries, sequences, layer.ReducedProbes.Span);
        }

        for (int i = 0; i < sequences; i++)
        {
            SequencePart part = new(workspace, i);
            Span<float> weights = part.Weights(layer.Probabilities.Span, _shape.Heads);
            TokenAverage.Scores(
                layer.Probes.Span[(i * _shape.Heads * _shape.Hidden)..], _shape.Hidden, _shape.Heads,
                part.Tokens(input, _shape.Hidden), part.Length, _shape.Hidden, Scale, adds: false, weights);
            if (_keyUpdate is not null)
            {
                TokenAverage.Scores(
                    layer.ReducedProbes.Span[(i * _keyUpdate.Rank)..], sequences * _keyUpdate.Rank, _shape.Heads,
                    part.Tokens(reduced, _keyUpdate.Rank), part.Length, _keyUpdate.Rank, Scale, adds: true, weights);
            }

            Softmax.Forward(weights, _shape.Heads, part.Length, part.Length, weights);
        }
    }

    /// <summary>From attention's weights to the context.</summary>
    private void Average(ReadOnlySpan<float> input, LayerActivations layer, Workspace workspace)
    {
        int sequences = workspace.Chunk.Count;
        ReadOnlySpan<float> reduced = _valueUpdate is null ? default : _valueUpdate.Reduce(input, workspace.TokenRows, workspace);
        for (int i = 0; i < sequences; i++)
        {
            SequencePart part = new(workspace, i);
            ReadOnlySpan<float> weights = part.Weights(layer.Probabilities.Span, _shape.Heads);
            TokenAverage.Gather(
                weights, _shape.Heads, part.Tokens(input, _shape.Hidden), part.Length, _shape.Hidden,
                layer.Averages.Span[(i * _shape.Heads * _shape.Hidden)..], _shape.Hidden);
            if (_valueUpdate is not null)
            {
                TokenAverage.Gather(
                    weights, _shape.Heads, part.Tokens(reduced, _valueUpdate.Rank), part.Length, _valueUpdate.Rank,
                    layer.ReducedAverages.Span[(i * _valueUpdate.Rank)..], sequences * _valueUpdate.Rank);
            }
        }

        Span<float> context = layer.Context.Span;
        _value.Gather(layer.Averages.Span, sequences, withBias: true, context);
        if (_valueUpdate is not null)
        {
            RaiseHeads(_valueUpdate, layer.ReducedAverages.Span, sequences, context);
        }
    }

    /// <summary>From the context's gradient to those of scores, value update and, in part, input.</summary>
    private void AverageBackward(ReadOnlySpan<float> input, LayerActivations layer, Workspace workspace, Span<float> gradInput)
    {
        int sequences = workspace.Chunk.Count;
        ReadOnlySpan<float> gradContext = workspace.GradContext.Span;
        Span<float> gradAverages = workspace.GradAverages.Span;
        Span<float> gradReducedAverages = workspace.GradReducedAverages.Span;
        _value.Spread(gradContext, sequences, gradAverages);
        _value.AddWeightGradient(gradContext, layer.Averages.Span, workspace.SequenceRows);
        _value.AddBiasGradient(gradContext, workspace.SequenceRows);
        if (_valueUpdate is not null)
        {
            LowerHeads(_valueUpdate, gradContext, sequences, gradReducedAverages);
            AddGradB(_valueUpdate, gradContext, workspace.SequenceRows, layer.ReducedAverages.Span);
        }

        for (int i = 0; i < sequences; i++)
        {
            SequencePart part = new(workspace, i);
            ReadOnlySpan<float> weights = part.Weights(layer.Probabilities.Span, _shape.Heads);
            Span<float> gradScores = part.Weights(workspace.GradFirstScores.Span, _shape.Heads);
            ReadOnlySpan<float> gradAverage = gradAverages[(i * _shape.Heads * _shape.Hidden)..];
            TokenAverage.Scores(
                gradAverage, _shape.Hidden, _shape.Heads, part.Tokens(input, _shape.Hidden), part.Length, _shape.Hidden, 1, adds: false,
                gradScores);
            if (_valueUpdate is { Rank: var rank })
            {
                ReadOnlySpan<float> gradReduced = gradReducedAverages[(i * rank)..];
                TokenAverage.Scores(
                    gradReduced, sequences * rank, _shape.Heads,
                    part.Tokens(_valueUpdate.Reduced(workspace.TokenRows, workspace), rank), part.Length, rank, 1, adds: true, gradScores);
                TokenAverage.Scatter(
                    weights, _shape.Heads, gradReduced, sequences * rank, part.Length, rank, adds: false,
                    part.Tokens(workspace.GradReduced(workspace.Chunk.Tokens), rank));
            }

            Softmax.Backward(weights, gradScores, _shape.Heads, part.Length, Scale, gradScores);
            if (!gradInput.IsEmpty)
            {
                TokenAverage.Scatter(
                    weights, _shape.Heads, gradAverage, _shape.Hidden, part.Length, _shape.Hidden, adds: false,
                    part.Tokens(gradInput, _shape.Hidden));
            }
        }

        _valueUpdate?.ReduceBackward(input, workspace.TokenRows, workspace.GradReduced(workspace.Chunk.Tokens), gradInput, workspace);
    }

    /// <summary>From the scores' gradients to those of queries, key update and the rest of the input's.</summary>
    private void WeighBackward(ReadOnlySpan<float> input, LayerActivations layer, Workspace workspace, Span<float> gradInput)
    {
        int sequences = workspace.Chunk.Count;
        Span<float> gradProbes = workspace.GradProbes.Span;
        Span<float> gradReducedProbes = workspace.GradReducedProbes.Span;
        for (int i = 0; i < sequences; i++)
        {
            SequencePart part = new(workspace, i);
            ReadOnlySpan<float> gradScores = part.Weights(workspace.GradFirstScores.Span, _shape.Heads);
            int probe = i * _shape.Heads * _shape.Hidden;
            TokenAverage.Gather(
                gradScores, _shape.Heads, part.Tokens(input, _shape.Hidden), part.Length, _shape.Hidden, gradProbes[probe..], _shape.Hidden);
            if (!gradInput.IsEmpty)
            {
                TokenAverage.Scatter(
                    gradScores, _shape.Heads, layer.Probes.Span[probe..], _shape.Hidden, part.Length, _shape.Hidden, adds: true,
                    part.Tokens(gradInput, _shape.Hidden));
            }

            if (_keyUpdate is { Rank: var rank })
            {
                TokenAverage.Gather(
                    gradScores, _shape.Heads, part.Tokens(_keyUpdate.Reduced(workspace.TokenRows, workspace), rank), part.Length, rank,
                    gradReducedProbes[(i * rank)..], sequences * rank);
                TokenAverage.Scatter(
                    gradScores, _shape.Heads, layer.ReducedProbes.Span[(i * rank)..], sequences * rank, part.Length, rank, adds: false,
                    part.Tokens(workspace.GradReduced(workspace.Chunk.Tokens), rank));
            }
        }

        // The keys' bias has no gradient: what it adds to all scores of a query alike, softmax takes away.
        _key.AddWeightGradient(layer.FirstQueries.Span, gradProbes, workspace.SequenceRows);
        Span<float> gradQueries = workspace.GradFirstQueries.Span;
        _key.Gather(gradProbes, sequences, withBias: false, gradQueries);
        if (_keyUpdate is not null)
        {
            RaiseHeads(_keyUpdate, gradReducedProbes, sequences, gradQueries);
            AddGradB(_keyUpdate, layer.FirstQueries.Span, workspace.SequenceRows, gradReducedProbes);
            _keyUpdate.ReduceBackward(input, workspace.TokenRows, workspace.GradReduced(workspace.Chunk.Tokens), gradInput, workspace);
        }
    }

    /// <summary>reduced_h = s · x_h B_h for each head: (n, H) to (A, n, r).</summary>
    private void LowerHeads(LowRankUpdate update, ReadOnlySpan<float> x, int rows, Span<float> reduced)
    {
        for (int head = 0; head < _shape.Heads; head++)
        {
            update.Lower(x[(head * Size)..], rows, _shape.Hidden, reduced[(head * rows * update.Rank)..], head * Size, Size);
        }
    }

    /// <summary>y_h += s · reduced_h B_hᵀ for each head: (A, n, r) to (n, H).</summary>
    private void RaiseHeads(LowRankUpdate update, ReadOnlySpan<float> reduced, int rows, Span<float> y)
    {
        for (int head = 0; head < _shape.Heads; head++)
        {
            update.Raise(reduced[(head * rows * update.Rank)..], rows, y[(head * Size)..], _shape.Hidden, head * Size, Size);
        }
    }

    /// <summary>gradB_h += s · x_hᵀ reduced_h for each head, lane by lane.</summary>
    private void AddGradB(LowRankUpdate update, ReadOnlySpan<float> x, RowBlock rows, ReadOnlySpan<float> reduced)
    {
        for (int head = 0; head < _shape.Heads; head++)
        {
            update.AddGradB(x[(head * Size)..], rows, _shape.Hidden, reduced[(head * rows.Count * update.Rank)..], head * Size, Size);
        }
    }

    /// <summary>Adds row i of (n, H) to the row of (N, H) that is sequence i's first token.</summary>
    private void AddToFirstTokens(ReadOnlySpan<float> rows, Span<float> tokens, Workspace workspace)
    {
        int hidden = _shape.Hidden;
        for (int i = 0; i < workspace.Chunk.Count; i++)
        {
            Span<float> token = tokens.Slice(workspace.Start(i) * hidden, hidden);
            TensorPrimitives.Add(token, rows.Slice(i * hidden, hidden), token);
        }
    }
}
