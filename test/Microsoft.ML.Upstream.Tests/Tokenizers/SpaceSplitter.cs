using Microsoft.ML.Tokenizers;

namespace Microsoft.ML.Upstream.Tests.Tokenizers;

/// <summary>A pre-tokenizer that splits at single spaces, and gives empty words too.</summary>
internal sealed class SpaceSplitter : PreTokenizer
{
    public override IEnumerable<(int Offset, int Length)> PreTokenize(string text)
    {
        int offset = 0;
        foreach (string word in text.Split(' '))
        {
            yield return (offset, word.Length);
            offset += word.Length + 1;
        }
    }

    public override IEnumerable<(int Offset, int Length)> PreTokenize(ReadOnlySpan<char> text) => PreTokenize(text.ToString());
}
