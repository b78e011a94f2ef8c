namespace Microsoft.ML.Lora.Benchmarks.Measuring;

/// <summary>What one kind of work was found to cost.</summary>
/// <param name="PairsPerSecond">By the clock, the median of the segments.</param>
/// <param name="ProcessorSecondsPerPair">Of all threads of the process together.</param>
/// <param name="AllocatedBytesPerStep">On the managed heap by the whole process, in steps on batches that came before.</param>
internal sealed record Rate(double PairsPerSecond, double ProcessorSecondsPerPair, double AllocatedBytesPerStep);
