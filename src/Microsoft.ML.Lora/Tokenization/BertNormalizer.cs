using System.Buffers;
using System.Text;
using Microsoft.ML.Tokenizers;

namespace Microsoft.ML.Lora.Tokenization;

/// <summary>
/// Cleans, spaces, strips and lower-cases a text exactly as Hugging Face's BertNormalizer. A lone surrogate counts as U+FFFD.
/// </summary>
internal sealed class BertNormalizer(BertNormalization normalization) : Normalizer
{
    private readonly BertReplacements _replacements = new(normalization);

    /// <inheritdoc/>
    public override string Normalize(string original) => Normalize(original.AsSpan());

    /// <inheritdoc/>
    public override string Normalize(ReadOnlySpan<char> original)
    {
        string normalized = Replace(original, out bool isMovable);
        return isMovable ? Replace(_replacements.InOrder(original), out _) : normalized;
    }

    private string Replace(ReadOnlySpan<char> text, out bool isMovable)
    {
        char[] buffer = ArrayPool<char>.Shared.Rent(checked(text.Length * _replacements.MaxExpansion));
        int length = 0;
        isMovable = false;
        while (!text.IsEmpty)
        {
            Rune.DecodeFromUtf16(text, out Rune rune, out int consumed);
            length += _replacements.Write(rune, buffer.AsSpan(length), ref isMovable);
            text = text[consumed..];
        }

        string replaced = new(buffer, 0, length);
        ArrayPool<char>.Shared.Return(buffer);
        return replaced;
    }
}
