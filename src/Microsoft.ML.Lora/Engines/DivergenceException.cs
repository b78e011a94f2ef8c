namespace Microsoft.ML.Lora.Engines;

/// <summary>
/// Training came to numbers that it cannot go on with: a loss, a gradient or a rate that is not finite, or a product of a factor that
/// cannot be inverted. To users it is an <see cref="InvalidOperationException"/>; a search for rates and the benchmarks tell it from others.
/// </summary>
/// <param name="message">What came, where, and what to do.</param>
internal sealed class DivergenceException(string message) : InvalidOperationException(message);
