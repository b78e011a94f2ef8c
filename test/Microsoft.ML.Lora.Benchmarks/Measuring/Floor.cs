using Microsoft.ML.Lora.Models;

namespace Microsoft.ML.Lora.Benchmarks.Measuring;

/// <summary>The rate that products alone would allow: 2PT operations forward and 2PT backward, at a product's rate on each thread.</summary>
/// <remarks>P is the number of weights in the encoder's layers, T the real tokens; the frozen weights need no gradient.</remarks>
internal static class Floor
{
    /// <summary>Pairs a second.</summary>
    /// <param name="shape">The encoder's sizes.</param>
    /// <param name="meanTokens">Tokens of a pair.</param>
    /// <param name="gigaflops">Of a product on one core, in GFLOP/s.</param>
    /// <param name="threads">Cores that work.</param>
    /// <param name="isTraining">Whether there is a backward pass.</param>
    /// <param name="layers">How many of the encoder's layers are computed; <see langword="null"/> for all.</param>
    public static double PairsPerSecond(EncoderShape shape, double meanTokens, double gigaflops, int threads, bool isTraining, int? layers = null)
    {
        double weights = (double)(layers ?? shape.Layers) * ((4.0 * shape.Hidden * shape.Hidden) + (2.0 * shape.Hidden * shape.FeedForward));
        double operations = (isTraining ? 4 : 2) * weights * meanTokens;
        return gigaflops * 1e9 * threads / operations;
    }
}
