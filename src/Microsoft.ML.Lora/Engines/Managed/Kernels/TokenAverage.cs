namespace Microsoft.ML.Lora.Engines.Managed.Kernels;

/// <summary>
/// The parts of attention by few queries over one sequence whose keys and values are never formed. With k = Wₖx the score q·k is
/// (Wₖᵀq)·x, and with v = Wᵥx the context Σ p·v is Wᵥ(Σ p·x): the projections are applied to the few queries and averages instead of to
/// every token. A queries ("probes" once projected), S tokens, W numbers in each token's vector.
/// </summary>
/// <remarks>Biases: that of the keys adds the same to all scores of a query, which softmax ignores; that of the values is added to the context.</remarks>
internal static unsafe class TokenAverage
{
    /// <summary>scores = scale · probes·tokensᵀ, added to what is there if <paramref name="adds"/>.</summary>
    /// <param name="probes">(A, W), rows <paramref name="probeStride"/> apart.</param>
    /// <param name="probeStride">Distance between rows of probes.</param>
    /// <param name="heads">A.</param>
    /// <param name="tokens">(S, W).</param>
    /// <param name="length">S.</param>
    /// <param name="width">W.</param>
    /// <param name="scale">Factor on the product.</param>
    /// <param name="adds">Whether scores are accumulated into.</param>
    /// <param name="scores">(A, S). Overwritten, or accumulated into.</param>
    public static void Scores(
        ReadOnlySpan<float> probes, int probeStride, int heads, ReadOnlySpan<float> tokens, int length, int width, float scale, bool adds,
        Span<float> scores)
    {
        Extent.Check(probes.Length, heads, width, probeStride, nameof(probes));
        Extent.Check(tokens.Length, length, width, nameof(tokens));
        Extent.Check(scores.Length, heads, length, nameof(scores));
        fixed (float* p = probes, t = tokens, s = scores)
        {
            TileTarget result = adds ? TileTarget.Adding(s, length, scale) : TileTarget.Overwriting(s, length, scale);
            DotProduct.Multiply(new Operand(p, probeStride, 1), new Operand(t, width, 1), result, heads, width, length);
        }
    }

    /// <summary>sums = weights·tokens: each query's weighted sum of the tokens' vectors.</summary>
    /// <param name="weights">(A, S).</param>
    /// <param name="heads">A.</param>
    /// <param name="tokens">(S, W).</param>
    /// <param name="length">S.</param>
    /// <param name="width">W.</param>
    /// <param name="sums">(A, W), rows <paramref name="sumStride"/> apart. Overwritten.</param>
    /// <param name="sumStride">Distance between rows of sums.</param>
    public static void Gather(
        ReadOnlySpan<float> weights, int heads, ReadOnlySpan<float> tokens, int length, int width, Span<float> sums, int sumStride)
    {
        Extent.Check(weights.Length, heads, length, nameof(weights));
        Extent.Check(tokens.Length, length, width, nameof(tokens));
        Extent.Check(sums.Length, heads, width, sumStride, nameof(sums));
        fixed (float* w = weights, t = tokens, s = sums)
        {
            StridedProduct.Multiply(
                new Operand(w, length, 1), new Operand(t, width, 1), TileTarget.Overwriting(s, sumStride), heads, length, width);
        }
    }

    /// <summary>gradTokens = weightsᵀ·vectors, what each token gets of some vectors; added to what is there if <paramref name="adds"/>.</summary>
    /// <param name="weights">(A, S).</param>
    /// <param name="heads">A.</param>
    /// <param name="vectors">(A, W), rows <paramref name="vectorStride"/> apart.</param>
    /// <param name="vectorStride">Distance between rows of vectors.</param>
    /// <param name="length">S.</param>
    /// <param name="width">W.</param>
    /// <param name="adds">Whether gradTokens is accumulated into.</param>
    /// <param name="gradTokens">(S, W). Overwritten, or accumulated into.</param>
    public static void Scatter(
        ReadOnlySpan<float> weights, int heads, ReadOnlySpan<float> vectors, int vectorStride, int length, int width, bool adds,
        Span<float> gradTokens)
    {
        Extent.Check(weights.Length, heads, length, nameof(weights));
        Extent.Check(vectors.Length, heads, width, vectorStride, nameof(vectors));
        Extent.Check(gradTokens.Length, length, width, nameof(gradTokens));
        fixed (float* w = weights, v = vectors, g = gradTokens)
        {
            TileTarget result = adds ? TileTarget.Adding(g, width) : TileTarget.Overwriting(g, width);
            StridedProduct.Multiply(new Operand(w, 1, length), new Operand(v, vectorStride, 1), result, length, heads, width);
        }
    }
}
