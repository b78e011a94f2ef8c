using Microsoft.ML.Lora.Models;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Engines;

/// <summary>Whether a sequence suits an encoder.</summary>
internal static class PairCheck
{
    /// <summary>Refuses a sequence that does not suit.</summary>
    /// <param name="pair">The sequence.</param>
    /// <param name="number">What it is called in a message.</param>
    /// <param name="shape">The encoder.</param>
    /// <exception cref="ArgumentException">It is empty or too long, or has a token id outside the vocabulary.</exception>
    public static void Check(EncodedPair pair, int number, EncoderShape shape)
    {
        if (pair.Length == 0)
        {
            throw new ArgumentException($"Pair {number} has no tokens; even two empty sentences have special tokens around them.");
        }

        if (pair.Length > shape.MaxTokens)
        {
            throw new ArgumentException(
                $"Pair {number} has {pair.Length} tokens, but this encoder has positions for {shape.MaxTokens}; "
                + "truncate the pair when encoding it.");
        }

        int wrong = pair.TokenIds.IndexOfAnyExceptInRange(0, shape.Vocabulary - 1);
        if (wrong >= 0)
        {
            throw new ArgumentException(
                $"Pair {number} has token id {pair.TokenIds[wrong]} at position {wrong}, "
                + $"but this encoder's ids go from 0 to {shape.Vocabulary - 1}; the tokenizer belongs to another encoder.");
        }
    }
}
