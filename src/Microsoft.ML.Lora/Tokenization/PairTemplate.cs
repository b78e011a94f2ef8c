using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Tokenization;

/// <summary>The special tokens around two sentences, as the BERT family has them: <c>[CLS] first [SEP] second [SEP]</c>.</summary>
/// <param name="ClassId">The token at the start.</param>
/// <param name="SeparatorId">The token behind each sentence.</param>
/// <param name="PaddingId">The token that fills up a batch; no pair has one.</param>
/// <param name="UnknownId">The token of a word that the vocabulary cannot spell.</param>
internal sealed record PairTemplate(int ClassId, int SeparatorId, int PaddingId, int UnknownId)
{
    /// <summary>How many special tokens a pair has.</summary>
    public const int SpecialTokens = 3;

    /// <summary>Finds the special tokens in the vocabulary.</summary>
    /// <exception cref="InvalidDataException">One is missing.</exception>
    public static PairTemplate Read(TokenizerConfig config, WordPieceModel model) => new(
        model.Vocabulary.RequiredId(config.ClassToken, TokenizerConfig.ClassEntry),
        model.Vocabulary.RequiredId(config.SeparatorToken, TokenizerConfig.SeparatorEntry),
        model.Vocabulary.RequiredId(config.PaddingToken, TokenizerConfig.PaddingEntry),
        model.Vocabulary.RequiredId(model.UnknownToken, TokenizerConfig.UnknownEntry));

    /// <summary>Puts the special tokens around two sentences.</summary>
    public EncodedPair Join(ReadOnlySpan<int> first, ReadOnlySpan<int> second)
    {
        TokenSpan firstSpan = new(1, first.Length);
        TokenSpan secondSpan = new(firstSpan.End + 1, second.Length);
        int[] ids = new int[first.Length + second.Length + SpecialTokens];
        ids[0] = ClassId;
        first.CopyTo(ids.AsSpan(firstSpan.Start));
        ids[firstSpan.End] = SeparatorId;
        second.CopyTo(ids.AsSpan(secondSpan.Start));
        ids[secondSpan.End] = SeparatorId;
        return new EncodedPair(ids, firstSpan, secondSpan);
    }
}
