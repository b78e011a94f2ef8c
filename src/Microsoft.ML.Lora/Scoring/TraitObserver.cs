using System.Buffers;
using System.Numerics.Tensors;
using Microsoft.ML.Lora.Engines;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Scoring;

/// <summary>
/// Notes what a matching score looks at in the pairs of one call. A pair's embedding is the mean of its tokens' vectors in the last layer; where
/// both orders of the sentences are scored, embedding and match of positions are the means of both.
/// </summary>
internal sealed class TraitObserver : IPairObserver
{
    private readonly EmbeddingBank? _bank;
    private readonly int _orders;
    private readonly int _hidden;
    private readonly float[] _embeddings;
    private readonly PairTraits[] _traits;
    private int _order;

    /// <param name="count">Number of pairs, of each of which an embedding is kept: callers with any number of pairs go through them in windows.</param>
    /// <param name="hidden">Length of a token's vector.</param>
    /// <param name="orders">How often each pair is scored: 1, or 2 for both orders.</param>
    /// <param name="bank">What to measure against; <see langword="null"/> to note embeddings alone.</param>
    public TraitObserver(int count, int hidden, int orders, EmbeddingBank? bank)
    {
        _bank = bank;
        _orders = orders;
        _hidden = hidden;
        _embeddings = new float[count * hidden];
        _traits = new PairTraits[count];
    }

    /// <summary>The traits of each pair, once all orders are scored.</summary>
    public ReadOnlySpan<PairTraits> Traits => _traits;

    /// <summary>The embeddings, (pairs, hidden), once all orders are scored.</summary>
    public Matrix Embeddings => new(_traits.Length, _hidden, _embeddings);

    /// <summary>A function that has logits computed and is itself shown the pairs. Each call is for the next order of the same pairs.</summary>
    public PairScores.LogitFunction Observed(IPairScorer scorer) => (pairs, logits) =>
    {
        scorer.Score(pairs, logits, this);
        _order++;
    };

    /// <inheritdoc/>
    public void Observe(int number, EncodedPair pair, ReadOnlySpan<float> tokens)
    {
        Span<float> embedding = _embeddings.AsSpan(number * _hidden, _hidden);
        AddMean(tokens, embedding);
        if (_bank is null)
        {
            return;
        }

        float? location = LocationOf(pair, tokens, _bank.Mean);
        bool last = _order == _orders - 1;
        _traits[number] = new PairTraits(
            AreaWeight.Of(pair.First.Length, pair.Second.Length),
            last ? _bank.Density(embedding) : 0,
            _order == 0 ? location / _orders : _traits[number].Location + (location / _orders));
    }

    private float? LocationOf(EncodedPair pair, ReadOnlySpan<float> tokens, ReadOnlySpan<float> mean) =>
        pair.First.Length == 0 || pair.Second.Length == 0
            ? null
            : PositionMatch.Of(VectorsOf(pair.First, tokens), VectorsOf(pair.Second, tokens), mean);

    private ReadOnlySpan<float> VectorsOf(TokenSpan sentence, ReadOnlySpan<float> tokens) =>
        tokens.Slice(sentence.Start * _hidden, sentence.Length * _hidden);

    /// <summary>embedding += mean of the rows / orders.</summary>
    private void AddMean(ReadOnlySpan<float> tokens, Span<float> embedding)
    {
        float[] rented = ArrayPool<float>.Shared.Rent(_hidden);
        Span<float> sum = rented.AsSpan(0, _hidden);
        sum.Clear();
        for (int start = 0; start < tokens.Length; start += _hidden)
        {
            TensorPrimitives.Add(sum, tokens.Slice(start, _hidden), sum);
        }

        TensorPrimitives.MultiplyAdd(sum, 1f / (tokens.Length / _hidden * _orders), embedding, embedding);
        ArrayPool<float>.Shared.Return(rented);
    }
}
