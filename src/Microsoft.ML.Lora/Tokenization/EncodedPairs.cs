using Microsoft.ML.Lora.Primitives;

namespace Microsoft.ML.Lora.Tokenization;

/// <summary>Many pairs, encoded.</summary>
/// <param name="Pairs">The pairs, in the order they came in.</param>
/// <param name="CutPairs">How many of them had to be cut.</param>
internal sealed record EncodedPairs(IReadOnlyList<EncodedPair> Pairs, int CutPairs);
