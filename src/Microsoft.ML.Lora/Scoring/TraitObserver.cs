using System.Buffers;
using System.Numerics.Tensors;
using Microsoft.ML.Lora.Engines;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Scoring;

/// <summary>
/// Notes what a matching score looks at in the pairs of one call. A sentence's embedding is the mean of its tokens' vectors below the last layer, of all the
/// pair's if it has none; where both orders of the sentences are scored, embeddings and match of positions are the means of both.
/// </summary>
internal sealed class TraitObserver : IPairObserver
{
    private readonly EmbeddingBank? _bank;
    private readonly int _orders;
    private readonly int _hidden;
    private readonly float[] _embeddings;
    private readonly PairTraits[] _traits;
    private int _order;

    /// <param name="count">Number of pairs, of each of which two embeddings are kept: callers with any number of pairs go through them in windows.</param>
    /// <param name="hidden">Length of a token's vector.</param>
    /// <param name="orders">How often each pair is scored: 1, or 2 for both orders.</param>
    /// <param name="bank">What to measure against; <see langword="null"/> to note embeddings alone.</param>
    public TraitObserver(int count, int hidden, int orders, EmbeddingBank? bank)
    {
        _bank = bank;
        _orders = orders;
        _hidden = hidden;
        _embeddings = new float[2 * count * hidden];
        _traits = new PairTraits[count];
    }

    /// <summary>The traits of each pair, once all orders are scored.</summary>
    public ReadOnlySpan<PairTraits> Traits => _traits;

    /// <summary>The embeddings, (2 · pairs, hidden), two rows for each pair, once all orders are scored.</summary>
    public Matrix Embeddings => new(2 * _traits.Length, _hidden, _embeddings);

    /// <summary>A function that has logits computed and is itself shown the pairs. Each call is for the next order of the same pairs.</summary>
    public PairScores.LogitFunction Observed(IPairScorer scorer) => (pairs, logits) =>
    {
        scorer.Score(pairs, logits, this);
        _order++;
    };

    /// <inheritdoc/>
    public void Observe(int number, EncodedPair pair, ReadOnlySpan<float> tokens)
    {
        Span<float> first = _embeddings.AsSpan(2 * number * _hidden, _hidden);
        Span<float> second = _embeddings.AsSpan(((2 * number) + 1) * _hidden, _hidden);
        AddMean(tokens, pair.First, _order == 0 ? first : second);
        AddMean(tokens, pair.Second, _order == 0 ? second : first);
        if (_bank is null)
        {
            return;
        }

        float? location = LocationOf(pair, tokens, _bank.Mean);
        float distance = _order == _orders - 1 ? _bank.Distance(first, second) : 0;
        _traits[number] = new PairTraits(
            AreaWeight.Of(pair.First.Length, pair.Second.Length),
            _bank.Density(distance),
            _order == 0 ? location / _orders : _traits[number].Location + (location / _orders))
        {
            Distance = distance,
        };
    }

    private float? LocationOf(EncodedPair pair, ReadOnlySpan<float> tokens, ReadOnlySpan<float> mean) =>
        pair.First.Length == 0 || pair.Second.Length == 0
            ? null
            : PositionMatch.Of(VectorsOf(pair.First, tokens), VectorsOf(pair.Second, tokens), mean);

    private ReadOnlySpan<float> VectorsOf(TokenSpan sentence, ReadOnlySpan<float> tokens) =>
        tokens.Slice(sentence.Start * _hidden, sentence.Length * _hidden);

    /// <summary>embedding += mean of the sentence's rows / orders; of all rows, if the sentence has none.</summary>
    private void AddMean(ReadOnlySpan<float> tokens, TokenSpan sentence, Span<float> embedding)
    {
        ReadOnlySpan<float> rows = sentence.Length == 0 ? tokens : VectorsOf(sentence, tokens);
        float[] rented = ArrayPool<float>.Shared.Rent(_hidden);
        Span<float> sum = rented.AsSpan(0, _hidden);
        sum.Clear();
        for (int start = 0; start < rows.Length; start += _hidden)
        {
            TensorPrimitives.Add(sum, rows.Slice(start, _hidden), sum);
        }

        // Halves are exact, so that the sum of two orders does not depend on which came first.
        TensorPrimitives.Divide(sum, rows.Length / _hidden, sum);
        TensorPrimitives.MultiplyAdd(sum, 1f / _orders, embedding, embedding);
        ArrayPool<float>.Shared.Return(rented);
    }
}
