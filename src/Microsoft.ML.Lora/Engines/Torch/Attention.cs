using Microsoft.ML.Lora.Models;
using TorchSharp;
using static TorchSharp.torch.nn.functional;
using Tensor = TorchSharp.torch.Tensor;

namespace Microsoft.ML.Lora.Engines.Torch;

/// <summary>Scaled dot-product attention, group by group. N tokens of n sequences, H hidden.</summary>
internal sealed class Attention(EncoderShape shape)
{
    /// <summary>
    /// Up to this length batches of mixed lengths are attended to product by product, with all scores in memory: for a batch of 256 and 12
    /// heads these are 100 MB a layer at this length, and grow with its square.
    /// </summary>
    private const int LongestPlain = 128;

    /// <summary>What every token gathers, (N, H).</summary>
    /// <param name="projected">Query, key and value side by side, (N, 3H).</param>
    /// <param name="batch">The sequences.</param>
    public Tensor OfAllTokens(Tensor projected, TokenBatch batch)
    {
        Tensor[] groups = Split(projected, [.. batch.Groups.Select(group => (long)group.Rows)]);
        var contexts = new Tensor[groups.Length];
        for (int i = 0; i < groups.Length; i++)
        {
            PairGroup group = batch.Groups[i];
            Tensor[] parts = Heads(groups[i], group, 3);
            contexts[i] = Flat(Attend(parts[0], parts[1], parts[2], group, batch, batch.Masks[i]), group.Rows);
        }

        return Join(contexts);
    }

    /// <summary>What the first token of each sequence gathers, (n, H), and that token's own vector, (n, H). No other token's query is computed.</summary>
    /// <param name="projections">Query, key and value projections as one.</param>
    /// <param name="input">(N, H).</param>
    /// <param name="batch">The sequences.</param>
    public (Tensor Context, Tensor First) OfFirstTokens(TensorMap projections, Tensor input, TokenBatch batch)
    {
        long[] sizes = [shape.Hidden, 2L * shape.Hidden];
        Tensor[] weights = projections.Weight.split(sizes);
        Tensor[] biases = projections.Bias.split(sizes);
        Tensor first = input.index_select(0, batch.FirstRows);
        Tensor[] queries = Split(linear(first, weights[0], biases[0]), [.. batch.Groups.Select(group => (long)group.Count)]);
        Tensor[] groups = Split(linear(input, weights[1], biases[1]), [.. batch.Groups.Select(group => (long)group.Rows)]);
        var contexts = new Tensor[groups.Length];
        for (int i = 0; i < groups.Length; i++)
        {
            PairGroup group = batch.Groups[i];
            Tensor[] parts = Heads(groups[i], group, 2);
            Tensor query = queries[i].view(group.Count, 1, shape.Heads, shape.HeadSize).transpose(1, 2);
            contexts[i] = Flat(Attend(query, parts[0], parts[1], group, batch, batch.Masks[i]), group.Count);
        }

        return (Join(contexts), first);
    }

    private Tensor Attend(Tensor query, Tensor key, Tensor value, PairGroup group, TokenBatch batch, Tensor? mask)
    {
        // A fused kernel may be planned anew for each shape, which takes longer than a step. Shapes come back where a batch is of one length.
        if (group.Length > LongestPlain || (batch.Groups.Length == 1 && mask is null))
        {
            return scaled_dot_product_attention(query, key, value, mask);
        }

        using Scalar scale = 1 / Math.Sqrt(shape.HeadSize);
        Tensor scores = query.mul(scale).matmul(key.transpose(2, 3));
        return softmax(mask is null ? scores : scores.add(mask), 3).matmul(value);
    }

    /// <summary>(count · length, parts · H) as that many tensors (count, heads, length, head size).</summary>
    private Tensor[] Heads(Tensor rows, PairGroup group, int parts) =>
        rows.view(group.Count, group.Length, parts, shape.Heads, shape.HeadSize).permute(2, 0, 3, 1, 4).unbind(0);

    /// <summary>(count, heads, length, head size) as (rows, H).</summary>
    private Tensor Flat(Tensor context, int rows) => context.transpose(1, 2).reshape(rows, shape.Hidden);

    private static Tensor[] Split(Tensor rows, long[] sizes) => sizes.Length == 1 ? [rows] : rows.split(sizes);

    private static Tensor Join(Tensor[] rows) => rows.Length == 1 ? rows[0] : torch.cat(rows);
}
