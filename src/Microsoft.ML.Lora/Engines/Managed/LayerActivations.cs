using Microsoft.ML.Lora.Models;

namespace Microsoft.ML.Lora.Engines.Managed;

/// <summary>
/// What one layer's forward pass leaves for its backward pass. N tokens, M rows behind attention, H hidden, F feed-forward, A heads.
/// </summary>
/// <remarks>M is N, but the number of sequences in a layer of which only the first tokens are wanted.</remarks>
internal sealed class LayerActivations
{
    /// <summary>The rows that attention's output is added to, (M, H): the layer's input, or its first tokens.</summary>
    public Memory<float> Residual { get; private set; }

    /// <summary>Query, key and value of each token, (N, 3H); nothing where only first tokens ask.</summary>
    public Memory<float> Projections { get; private set; }

    /// <summary>The first tokens' queries, (M, H), where only they ask.</summary>
    public Memory<float> FirstQueries { get; private set; }

    /// <summary>What each head of the first tokens looks for in the tokens' vectors, q_h·W_h of the keys, (M, A, H), where only they ask.</summary>
    public Memory<float> Probes { get; private set; }

    /// <summary>The same in terms of the key update's reduced inputs, s · q_h·B_h, (A, M, r).</summary>
    public Memory<float> ReducedProbes { get; private set; }

    /// <summary>Each head's weighted sum of the tokens' vectors, (M, A, H), where only first tokens ask.</summary>
    public Memory<float> Averages { get; private set; }

    /// <summary>The same of the value update's reduced inputs, (A, M, r).</summary>
    public Memory<float> ReducedAverages { get; private set; }

    /// <summary>Attention's weights, sequence by sequence: (A, S, S) each, or (A, S) where only first tokens ask.</summary>
    public Memory<float> Probabilities { get; private set; }

    /// <summary>Attention's weighted values, (M, H).</summary>
    public Memory<float> Context { get; private set; }

    /// <summary>Input of the first LayerNorm, (M, H).</summary>
    public Memory<float> MiddleSum { get; private set; }

    /// <summary>Mean of each row of <see cref="MiddleSum"/>, (M).</summary>
    public Memory<float> MiddleMean { get; private set; }

    /// <summary>Inverse standard deviation of each row of <see cref="MiddleSum"/>, (M).</summary>
    public Memory<float> MiddleInverse { get; private set; }

    /// <summary>Output of the first LayerNorm, (M, H).</summary>
    public Memory<float> Middle { get; private set; }

    /// <summary>The feed-forward block before its non-linearity, (M, F).</summary>
    public Memory<float> Preactivation { get; private set; }

    /// <summary>The feed-forward block behind its non-linearity, (M, F).</summary>
    public Memory<float> Activated { get; private set; }

    /// <summary>Input of the second LayerNorm, (M, H).</summary>
    public Memory<float> OutputSum { get; private set; }

    /// <summary>Mean of each row of <see cref="OutputSum"/>, (M).</summary>
    public Memory<float> OutputMean { get; private set; }

    /// <summary>Inverse standard deviation of each row of <see cref="OutputSum"/>, (M).</summary>
    public Memory<float> OutputInverse { get; private set; }

    /// <summary>The layer's output, (M, H). Written last, after the layer's input was read for the last time.</summary>
    public Memory<float> Output { get; private set; }

    /// <summary>Takes the memory for a chunk.</summary>
    /// <param name="arena">Where from.</param>
    /// <param name="shape">The encoder's sizes.</param>
    /// <param name="chunk">The chunk.</param>
    /// <param name="rank">The rank of the updates; 0 for none.</param>
    /// <param name="firstTokens">Whether only the sequences' first tokens are wanted of this layer.</param>
    public void Take(Arena arena, EncoderShape shape, PackedChunk chunk, int rank, bool firstTokens)
    {
        // Long, so that what is too large is seen to be.
        long rows = firstTokens ? chunk.Count : chunk.Tokens;
        long tokens = chunk.Tokens;
        int hidden = shape.Hidden;
        int heads = firstTokens ? shape.Heads : 0;
        Residual = arena.Take(firstTokens ? rows * hidden : 0);
        Projections = arena.Take(firstTokens ? 0 : tokens * hidden * 3);
        FirstQueries = arena.Take(firstTokens ? rows * hidden : 0);
        Probes = arena.Take(rows * heads * hidden);
        ReducedProbes = arena.Take(rows * heads * rank);
        Averages = arena.Take(rows * heads * hidden);
        ReducedAverages = arena.Take(rows * heads * rank);
        Probabilities = arena.Take(shape.Heads * (firstTokens ? tokens : chunk.SquaredLengths));
        Context = arena.Take(rows * hidden);
        MiddleSum = arena.Take(rows * hidden);
        MiddleMean = arena.Take(rows);
        MiddleInverse = arena.Take(rows);
        Middle = arena.Take(rows * hidden);
        Preactivation = arena.Take(rows * shape.FeedForward);
        Activated = arena.Take(rows * shape.FeedForward);
        OutputSum = arena.Take(rows * hidden);
        OutputMean = arena.Take(rows);
        OutputInverse = arena.Take(rows);
        Output = arena.Take(rows * hidden);
    }
}
