using System.Runtime.InteropServices;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Tokenization;

/// <summary>
/// Turns two sentences into what an encoder reads, with the ids that Hugging Face's tokenizer gives. Safe to use from many threads.
/// </summary>
internal sealed class PairEncoder
{
    /// <summary>The smallest limit that leaves each sentence a token.</summary>
    public const int SmallestMaxTokens = PairTemplate.SpecialTokens + 2;

    private readonly PairTemplate _template;
    private readonly WordPieceEncoder _encoder;

    private PairEncoder(TokenizerDefinition definition)
    {
        _template = definition.Template;
        _encoder = new WordPieceEncoder(definition.Normalization, definition.Model);
        VocabularySize = definition.Model.Vocabulary.Count;
    }

    /// <summary>How many ids there are: the encoder's embedding table needs as many rows.</summary>
    public int VocabularySize { get; }

    /// <summary>The id that fills up a batch.</summary>
    public int PaddingId => _template.PaddingId;

    /// <inheritdoc cref="TokenizerDefinition.Read"/>
    public static PairEncoder Load(ICheckpointSource source) => new(TokenizerDefinition.Read(source));

    /// <summary>Encodes one pair; an empty sentence has no tokens.</summary>
    /// <param name="first">The first sentence.</param>
    /// <param name="second">The second sentence.</param>
    /// <param name="maxTokens">
    /// The most tokens of the pair, special ones included, from <see cref="SmallestMaxTokens"/>. A longer pair is cut: see
    /// <see cref="LongestFirst"/>.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxTokens"/> is too small.</exception>
    public EncodedPair Encode(ReadOnlySpan<char> first, ReadOnlySpan<char> second, int maxTokens) =>
        Encode(first, second, maxTokens, out _);

    /// <inheritdoc cref="Encode(ReadOnlySpan{char}, ReadOnlySpan{char}, int)"/>
    /// <param name="first">The first sentence.</param>
    /// <param name="second">The second sentence.</param>
    /// <param name="maxTokens">The most tokens of the pair.</param>
    /// <param name="isCut">Whether tokens had to go.</param>
    public EncodedPair Encode(ReadOnlySpan<char> first, ReadOnlySpan<char> second, int maxTokens, out bool isCut)
    {
        RequireRoom(maxTokens);

        // Words beyond maxTokens tokens are not looked at. Hugging Face stops there too, and it shows: of two sentences that both
        // reach so far, the odd token goes to the one that is longer up to there.
        List<int> firstIds = _encoder.Encode(first, maxTokens);
        List<int> secondIds = _encoder.Encode(second, maxTokens);
        (int firstLength, int secondLength) = LongestFirst.Cut(firstIds.Count, secondIds.Count, maxTokens - PairTemplate.SpecialTokens);
        isCut = firstLength < firstIds.Count || secondLength < secondIds.Count;
        return _template.Join(CollectionsMarshal.AsSpan(firstIds)[..firstLength], CollectionsMarshal.AsSpan(secondIds)[..secondLength]);
    }

    /// <summary>Encodes many pairs, with a result that does not depend on the number of threads.</summary>
    /// <param name="pairs">The pairs. A sentence may be empty, but not null.</param>
    /// <param name="maxTokens">The most tokens of a pair, special ones included, from <see cref="SmallestMaxTokens"/>.</param>
    /// <param name="threads">How many threads work at most, from 1.</param>
    /// <param name="cancellation">Ends the work with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="ArgumentException">A sentence is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is too small.</exception>
    public EncodedPairs EncodeAll(
        IReadOnlyList<(string First, string Second)> pairs, int maxTokens, int threads, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        RequireRoom(maxTokens);
        RequireSentences(pairs);

        EncodedPair[] encoded = new EncodedPair[pairs.Count];
        int cutPairs = 0;
        ParallelOptions options = new() { MaxDegreeOfParallelism = threads, CancellationToken = cancellation };
        Parallel.For(0, pairs.Count, options, i =>
        {
            encoded[i] = Encode(pairs[i].First, pairs[i].Second, maxTokens, out bool isCut);
            if (isCut)
            {
                Interlocked.Increment(ref cutPairs);
            }
        });
        return new EncodedPairs(encoded, cutPairs);
    }

    /// <summary>The same two sentences in the other order, cut as they are.</summary>
    public EncodedPair Swap(EncodedPair pair) => _template.Join(
        pair.TokenIds.Slice(pair.Second.Start, pair.Second.Length),
        pair.TokenIds.Slice(pair.First.Start, pair.First.Length));

    private static void RequireRoom(int maxTokens)
    {
        if (maxTokens < SmallestMaxTokens)
        {
            throw new ArgumentOutOfRangeException(
                nameof(maxTokens),
                $"A pair needs room for {PairTemplate.SpecialTokens} special tokens and a token of each sentence, "
                + $"{SmallestMaxTokens} in all, but {nameof(maxTokens)} is {maxTokens}.");
        }
    }

    /// <summary>Refuses pairs that lack a sentence.</summary>
    /// <exception cref="ArgumentException">A sentence is null.</exception>
    public static void RequireSentences(IReadOnlyList<(string First, string Second)> pairs)
    {
        for (int i = 0; i < pairs.Count; i++)
        {
            if (pairs[i].First is null || pairs[i].Second is null)
            {
                string sentence = pairs[i].First is null ? "first" : "second";
                throw new ArgumentException($"The {sentence} sentence of pair {i} is null; it may be empty, but not null.", nameof(pairs));
            }
        }
    }
}
