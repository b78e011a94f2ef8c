using Microsoft.ML.Lora.Engines;
using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Tests.Engines;

/// <summary>Keeps what an observer is shown.</summary>
internal sealed class ShownPairs(int count) : IPairObserver
{
    public EncodedPair?[] Pairs { get; } = new EncodedPair?[count];

    public float[]?[] Tokens { get; } = new float[]?[count];

    public void Observe(int number, EncodedPair pair, ReadOnlySpan<float> tokens)
    {
        Assert.IsNull(Pairs[number], $"Pair {number} is shown twice.");
        (Pairs[number], Tokens[number]) = (pair, tokens.ToArray());
    }
}
