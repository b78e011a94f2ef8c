namespace Microsoft.ML.Lora.Scoring;

/// <summary>The area weight w of the paper (arXiv 2412.18729), carried from boxes to sentences: how alike two sentences are in length.</summary>
internal static class AreaWeight
{
    /// <summary>min(n₁, n₂) / max(n₁, n₂): from 0 to 1, 1 if both are empty, 0 if one is.</summary>
    /// <param name="first">Tokens of the first sentence, special tokens not counted.</param>
    /// <param name="second">Tokens of the second sentence.</param>
    public static float Of(int first, int second) => first == second ? 1 : (float)Math.Min(first, second) / Math.Max(first, second);
}
