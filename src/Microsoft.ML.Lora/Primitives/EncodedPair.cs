namespace Microsoft.ML.Lora.Primitives;

/// <summary>
/// Two sentences as the encoder reads them: token ids with the special tokens in place, and where each sentence lies among them.
/// </summary>
/// <remarks>For the BERT family the layout is <c>[CLS] first [SEP] second [SEP]</c>. Instances never change.</remarks>
internal sealed class EncodedPair
{
    private readonly int[] _tokenIds;

    /// <param name="tokenIds">All ids of the sequence, special tokens included. Owned by this object from here on.</param>
    /// <param name="first">Where the first sentence's own tokens lie, special tokens excluded.</param>
    /// <param name="second">Where the second sentence's own tokens lie; it starts behind the first.</param>
    /// <exception cref="ArgumentOutOfRangeException">A sentence reaches outside the sequence, or they overlap.</exception>
    public EncodedPair(int[] tokenIds, TokenSpan first, TokenSpan second)
    {
        ArgumentNullException.ThrowIfNull(tokenIds);
        ArgumentOutOfRangeException.ThrowIfNegative(first.Start, nameof(first));
        ArgumentOutOfRangeException.ThrowIfLessThan(second.Start, first.End, nameof(second));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(second.End, tokenIds.Length, nameof(second));
        _tokenIds = tokenIds;
        First = first;
        Second = second;
    }

    /// <summary>All ids of the sequence, special tokens included.</summary>
    public ReadOnlySpan<int> TokenIds => _tokenIds;

    /// <summary>Tokens in the sequence, special tokens included.</summary>
    public int Length => _tokenIds.Length;

    /// <summary>The first sentence's own tokens.</summary>
    public TokenSpan First { get; }

    /// <summary>The second sentence's own tokens.</summary>
    public TokenSpan Second { get; }

    /// <summary>The segment id of a position: 0 before the second sentence's first token, 1 from there on.</summary>
    public int SegmentOf(int position) => position < Second.Start ? 0 : 1;
}
