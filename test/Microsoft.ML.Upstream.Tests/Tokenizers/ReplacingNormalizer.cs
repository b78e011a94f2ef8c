using Microsoft.ML.Tokenizers;

namespace Microsoft.ML.Upstream.Tests.Tokenizers;

/// <summary>A normalizer that puts one text in another's place.</summary>
internal sealed class ReplacingNormalizer(string oldText, string newText) : Normalizer
{
    public override string Normalize(string original) => original.Replace(oldText, newText, StringComparison.Ordinal);

    public override string Normalize(ReadOnlySpan<char> original) => Normalize(original.ToString());
}
